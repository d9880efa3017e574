// The rules of the house, over the whole repository; and that each of them can be broken.

import { expect, test } from "vitest";
import { findCycle } from "../src/find-cycle.ts";
import { layers } from "../src/layers.ts";
import { refusedCode, refusedImports, refusedPath, refusedText } from "../src/refusals.ts";
import { importsOf, listFiles, read } from "../src/sources.ts";

const files = listFiles();
const sources = files.filter((path) => /^(?:packages|services|dev|examples)\/.*\.ts$/.test(path));
const imports = new Map(sources.map((path) => [path, importsOf(path, read(path))]));

test("arrows point down only", () => {
  expect([...imports].flatMap(([file, imported]) => refusedImports(file, imported))).toEqual([]);
});

test("there is no cycle, neither of files nor of layers", () => {
  const folders = new Map(Object.entries(layers).map(([folder, { mayImport }]) => [folder, mayImport]));
  expect([findCycle(imports), findCycle(folders)]).toEqual([undefined, undefined]);
});

test("files have at most 300 lines and no `any`, and comment lines at most 110 characters", () => {
  expect(sources.flatMap((path) => refusedText(path, read(path)))).toEqual([]);
});

test("each export of a package has a docstring, each error of ours the one base, and each object with state a factory", () => {
  expect(sources.flatMap((path) => refusedCode(path, read(path)))).toEqual([]);
});

test("the top of the repository stays as it is, and names say what is inside", () => {
  expect([...new Set(files.flatMap(refusedPath))]).toEqual([]);
});

test("the version of pnpm is written once for machines and once for readers", () => {
  const version = JSON.parse(read("package.json")).packageManager;
  const texts = files.filter(
    (path) => path !== "pnpm-lock.yaml" && /\.(?:md|json|ya?ml)$|^\.ci|Dockerfile/.test(path),
  );
  const found = texts.flatMap((path) => read(path).match(/\bpnpm@[\d.]+\d/g) ?? []);
  expect(found).toEqual([version, version]);
});

test("unit and integration tests share one queue, with as many workers on every machine", () => {
  // vitest refuses projects of one group with different numbers of workers, and without a number takes the
  // cores less one.
  expect(read("vitest.config.ts").match(/maxWorkers: \d+|groupOrder/g)).toEqual(["maxWorkers: 3"]);
});

test("a refusal is a sentence that names the file, the import and the rule", () => {
  const text =
    'import type { Store } from "@fleetkeeper/store";\nimport {\n  a,\n} from "../../worker/src/b.ts";\n';
  const file = "services/ingress/src/key-set.ts";
  expect(refusedImports(file, importsOf(file, text))).toEqual([
    `${file} may not import packages/store: the ingress has no database and no private key.`,
    `${file} may not import services/worker/src/b.ts: another folder is imported by its package's name.`,
  ]);
  expect(refusedImports("packages/new/src/index.ts", [])).toEqual([
    "packages/new/src/index.ts: packages/new has no layer; give it one in dev/architecture/src/layers.ts.",
  ]);
});

test("a test may import what it tests with, and shipped code may not", () => {
  const imported = ["dev/simulator", "services/worker/test/world.ts"];
  expect(refusedImports("services/cli/test/world.ts", imported)).toEqual([]);
  expect(refusedImports("services/cli/src/run.ts", imported)).toHaveLength(2);
  expect(refusedImports("packages/store/test/world.ts", imported)).toHaveLength(1);
});

test("a cycle is found by a re-export, a type and a dynamic import", () => {
  const texts = { "dev/x/a.ts": 'export * from "./b.ts";', "dev/x/b.ts": 'import type { C } from "./c.ts";' };
  const all = { ...texts, "dev/x/c.ts": 'const a = await import("./a.ts");' };
  const cycle = findCycle(new Map(Object.entries(all).map(([path, text]) => [path, importsOf(path, text)])));
  expect(cycle).toEqual(["dev/x/a.ts", "dev/x/b.ts", "dev/x/c.ts", "dev/x/a.ts"]);
});

test("an export without a docstring, an error beside the family, and one by hand are refused", () => {
  const file = "packages/model/src/noun.ts";
  const text = "/** Said. */\nexport const one = 1;\n\nexport async function two() {}\n";
  expect(refusedCode(file, text)).toEqual([
    `${file} exports two without a docstring: say what its caller gets.`,
  ]);
  expect(refusedCode("services/worker/src/x.ts", "class XError extends Error {\n}")).toHaveLength(1);
  const byHand = 'class XError extends OperatorError {\n  readonly code = "ERR_X";\n}';
  expect(refusedCode("services/worker/src/x.ts", byHand)).toHaveLength(1);
});

test("a class with state, and a method that calls another through `this`, are refused", () => {
  const file = "packages/store/src/x.ts";
  expect(refusedCode(file, "/** Said. */\nexport class Queue {\n}")).toEqual([
    `${file} has a class: an object with state is what a function createX gives.`,
  ]);
  expect(refusedCode(file, "const a = {\n  b() {\n    return this.c();\n  },\n};")).toHaveLength(1);
});

test("long files, long comment lines, hushed `any`, empty names and new files at the top are refused", () => {
  expect(refusedText("a.ts", "\n".repeat(301))).toHaveLength(1);
  expect(refusedText("a.ts", `  // ${"a".repeat(105)}`)).toEqual([]);
  for (const opening of ["  // ", "/** ", " * "])
    expect(refusedText("a.ts", opening + "a".repeat(108))).toHaveLength(1);
  expect(refusedText("a.ts", `// biome-ignore ${"lint"}/suspicious/noExplicitAny: because`)).toHaveLength(1);
  expect(refusedPath("packages/model/src/utils/text.ts")).toHaveLength(1);
  expect(refusedPath("services/board/src/helpers.ts")).toHaveLength(1);
  expect(refusedPath("notes.md")).toHaveLength(1);
});
