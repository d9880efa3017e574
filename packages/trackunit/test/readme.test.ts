import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README's table has every error with its remedy", () => {
  const classes = read("../src/errors.ts").split("export class ").slice(1);
  const facts = classes.map((text) => ({
    code: /^\w+ extends defineError\(\s*ApiError,\s*"(\w+)"/.exec(text)?.[1],
    remedy: /"(\w+)",?\s*\) \{/.exec(text)?.[1],
    startOver: text.includes("startOver = true"),
  }));
  const rows = [...read("../README.md").matchAll(/^\| `(ERR_\w+)` +\|.*\| (\w+) +\| (yes)? *\|$/gm)];
  expect(rows.map(([, code, remedy, yes]) => ({ code, remedy, startOver: yes === "yes" }))).toEqual(
    expect.arrayContaining(facts),
  );
  expect(rows).toHaveLength(facts.length);
});
