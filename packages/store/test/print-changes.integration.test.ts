import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { pass } from "./runs.ts";
import { at, installationId, setup } from "./world.ts";

const example = fileURLToPath(new URL("../examples/print-changes.ts", import.meta.url));

function printing(mongodbUrl: string) {
  const child = spawn(process.execPath, [example], {
    env: { PATH: process.env.PATH, MONGODB_URL: mongodbUrl },
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    lines: () =>
      output
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    async stop() {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      return code;
    },
  };
}

test("the example of docs/change-feed.md is the one that runs", async () => {
  const [doc, source] = await Promise.all([
    readFile(new URL("../../../docs/change-feed.md", import.meta.url), "utf8"),
    readFile(example, "utf8"),
  ]);
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(doc) ?? [];
  expect(shown).toBe(source.slice(source.indexOf("import ")));
});

test("the example prints each change once, even if it is restarted", { timeout: 30_000 }, async () => {
  const { store, mongodbUrl } = await setup();
  await pass(store, at(1), [{ a: { x: 1 } }]);
  const first = printing(mongodbUrl);
  await vi.waitFor(() => expect(first.lines()).toHaveLength(1), { timeout: 15_000 });
  expect(first.lines()).toMatchObject([
    { installationId, sync: "assets", externalId: "a", kind: "created", fields: ["x"] },
  ]);
  expect(await first.stop()).toBe(0);

  await pass(store, new Date(), [{ a: { x: 2 } }]);
  const second = printing(mongodbUrl);
  await vi.waitFor(() => expect(second.lines()).toHaveLength(1), { timeout: 15_000 });
  expect(second.lines()).toMatchObject([{ externalId: "a", kind: "updated", fields: ["x"] }]);
  expect(await second.stop()).toBe(0);
});
