import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const source = new URL("../src/index.ts", import.meta.url).href;

const sync = (name: string, resource: string) => `defineSync({
  name: "${name}", resource: "${resource}", scopes: [], intervalMs: 60000, pageSize: 10, deletions: "never",
  async *pages() { yield { items: [], nextCursor: null }; },
  item: z.looseObject({ id: z.string() }), idOf: ({ id }) => id,
})`;
const imports = `import { defineSync } from "@fleetkeeper/syncs"; import { z } from "zod";`;

/** A folder far from the repository, with these files. */
async function setup(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "syncs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Loads them as the worker does, in a process of its own whose working folder is that folder. */
async function load(
  folder: string,
  ...modulePaths: string[]
): Promise<{ names?: string[]; error?: Error & { code: string } }> {
  const script = `
    const { loadSyncs } = await import(${JSON.stringify(source)});
    const outcome = await loadSyncs(${JSON.stringify(modulePaths)}).then(
      (syncs) => ({ names: syncs.map(({ name }) => name) }),
      ({ code, message }) => ({ error: { code, message } }),
    );
    console.log(JSON.stringify(outcome));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
  });
  return JSON.parse(stdout);
}

test("takes definitions by name, as default and in lists, from TypeScript and JavaScript, from anywhere", async () => {
  const folder = await setup({
    "one.ts": `${imports} const one: unknown = ${sync("one", "ones")}; export { one }; export const other = 3; export default one;`,
    "more.mjs": `${imports} export default [${sync("two", "twos")}, ${sync("three", "threes")}];`,
  });
  expect(await load(folder, "./one.ts", join(folder, "more.mjs"))).toEqual({
    names: ["one", "two", "three"],
  });
  expect(await load(folder)).toEqual({ names: [] });
});

test("takes a package that is installed in the working folder", async () => {
  const folder = await setup({
    "node_modules/our-syncs/package.json": `{ "name": "our-syncs", "type": "module", "exports": "./index.js" }`,
    "node_modules/our-syncs/index.js": `${imports} export const four = ${sync("four", "fours")};`,
  });
  expect(await load(folder, "our-syncs")).toEqual({ names: ["four"] });
});

test("a module's own zod takes precedence", async () => {
  const folder = await setup({
    "node_modules/zod/package.json": `{ "name": "zod", "type": "module", "exports": "./index.js" }`,
    "node_modules/zod/index.js": `export const z = { looseObject: () => ({ safeParse() {} }), string() {} };`,
    "five.js": `${imports} export const five = ${sync("five", "fives")};`,
  });
  expect(await load(folder, "./five.js")).toEqual({ names: ["five"] });
});

test.each<[string, string, string, string]>([
  ["that is not there", "./none.ts", "ERR_SYNC_MODULE", "the module ./none.ts cannot be imported"],
  ["of a package that is not installed", "no-such-package", "ERR_SYNC_MODULE", "no-such-package"],
  ["that throws", "./throws.js", "ERR_SYNC_MODULE", "out of order"],
  ["without a sync", "./empty.js", "ERR_SYNC_MODULE", "the module ./empty.js exports no sync"],
  [
    "with a sync that defineSync did not make",
    "./raw.js",
    "ERR_SYNC_MODULE",
    "exports raw, which was not made by defineSync",
  ],
  ["with a sync that cannot work", "./wrong.js", "ERR_SYNC_DEFINITION", "the sync Wrong cannot work: name: "],
  ["with the name of a built-in sync", "./assets.js", "ERR_SYNC_DUPLICATE", "two syncs whose name is assets"],
  [
    "with the resource of a built-in sync",
    "./resource.js",
    "ERR_SYNC_DUPLICATE",
    "two syncs whose resource is assetEvents",
  ],
])("a module %s is refused, and the message says what is wrong", async (_, modulePath, code, message) => {
  const folder = await setup({
    "throws.js": `throw new Error("out of order");`,
    "empty.js": `export const limit = 3;`,
    "raw.js": `export const raw = { name: "raw", pages() {}, idOf() {} };`,
    "wrong.js": `${imports} export const wrong = ${sync("Wrong", "wrongs")};`,
    "assets.js": `${imports} export const mine = ${sync("assets", "mine")};`,
    "resource.js": `${imports} export const mine = ${sync("mine", "assetEvents")};`,
  });
  const { error } = await load(folder, modulePath);
  expect(error?.code).toBe(code);
  expect(error?.message).toContain(message);
});

test("two modules with one name, or one module given twice, are told", async () => {
  const folder = await setup({
    "a.js": `${imports} export const a = ${sync("same", "as")};`,
    "b.js": `${imports} export const b = ${sync("same", "bs")};`,
  });
  expect((await load(folder, "./a.js", "./b.js")).error?.code).toBe("ERR_SYNC_DUPLICATE");
  expect((await load(folder, "./a.js", "./a.js")).error?.code).toBe("ERR_SYNC_DUPLICATE");
});
