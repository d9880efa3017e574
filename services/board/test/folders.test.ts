// The board by feature: a page is one folder, and each folder imports only from folders before it in this
// list.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));
const order = [
  "html",
  "errors.ts",
  "send-error.ts",
  "send-file.ts",
  "auth",
  "live",
  "explanations",
  "callbacks",
  "queues",
  "overview",
  "notifications",
  "webhooks",
  "accounts",
  "api-keys",
  "audit",
  "receivers",
  "metrics.ts",
  "config.ts",
  "board.ts",
  "start-board.ts",
  "run.ts",
  "main.ts",
];

const sources = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const partOf = (file: string) => file.split(sep)[0] ?? "";

test("every folder and file of the board has a place in the order", () => {
  expect([...new Set(sources.map(partOf))].sort()).toEqual([...order].sort());
});

test("no arrow runs back", () => {
  const backwards = sources.flatMap((file) => {
    const imports = [...readFileSync(join(src, file), "utf8").matchAll(/from "(\.[^"]+)"/g)];
    return imports
      .map(([, path = ""]) => relative(src, join(src, dirname(file), path)))
      .filter((target) => order.indexOf(partOf(target)) > order.indexOf(partOf(file)))
      .map((target) => `${file} imports ${target}`);
  });
  expect(backwards).toEqual([]);
});
