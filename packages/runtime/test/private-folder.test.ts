import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FolderSharedError, makePrivateFolder } from "../src/index.ts";

const isOurs = (name: string) => name === "ours";
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

function setup(): string {
  const parent = mkdtempSync(join(tmpdir(), "fleetkeeper-folder-"));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  return join(parent, "folder");
}

function openFolder(...names: string[]): string {
  const path = setup();
  mkdirSync(path);
  chmodSync(path, 0o755);
  for (const name of names) writeFileSync(join(path, name), "");
  return path;
}

test("a folder that is made is its owner's only", () => {
  const path = setup();
  makePrivateFolder(path, isOurs);
  expect(modeOf(path)).toBe("700");
});

test.each([[[]], [["ours"]]])("an open folder that is empty or ours is closed: %j", (names) => {
  const path = openFolder(...names);
  makePrivateFolder(path, isOurs);
  expect(modeOf(path)).toBe("700");
});

test("an open folder that holds files of others is left as it is and refused, with advice", () => {
  const path = openFolder("ours", "theirs");
  expect(() => makePrivateFolder(path, isOurs)).toThrow(FolderSharedError);
  expect(() => makePrivateFolder(path, isOurs)).toThrow(
    /name a separate folder, or close this one \(chmod 700\)/,
  );
  expect(modeOf(path)).toBe("755");
});

test("a folder that is closed already may hold any files", () => {
  const path = openFolder("theirs");
  chmodSync(path, 0o700);
  makePrivateFolder(path, isOurs);
  expect(modeOf(path)).toBe("700");
});
