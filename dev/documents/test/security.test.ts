// docs/security.md against the tests that it names, and against itself.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const text = readFileSync(join(root, "docs/security.md"), "utf8");
const section = (title: string) => text.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
const threats = section("Threats")
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(2)
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, threat = "", , , shownBy = ""]) => ({ threat, shownBy }));

test("each threat names tests that exist", () => {
  expect(threats.length).toBeGreaterThan(10);
  for (const { threat, shownBy } of threats) {
    const named = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
    expect([threat, named.length]).not.toEqual([threat, 0]);
    for (const path of named)
      expect([
        path,
        globSync([`${path}.test.ts`, `${path}.*.test.ts`, `${path}/**/*.test.ts`, `${path}.ts`], {
          cwd: root,
        }).length,
      ]).not.toEqual([path, 0]);
  }
});

test("each threat has instructions for the case that it happens, and there are no others", () => {
  const guides = [...section("When something has happened").matchAll(/^\*\*([^*]+)\*\*:/gm)].map(
    ([, name]) => name,
  );
  const names = threats.map(({ threat }) => threat.charAt(0).toUpperCase() + threat.slice(1));
  expect(guides).toEqual(names);
});
