import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const mains = [
  ...["ingress", "worker", "board", "api", "cli"].map((name) => `services/${name}/src/main.ts`),
  ...["simulator", "demo"].map((name) => `dev/${name}/src/main.ts`),
];

test.each(mains)("%s imports nothing before the cache is in use", (main) => {
  const code = readFileSync(join(root, main), "utf8").replace(/^(#!|\/\/).*\n/gm, "");
  expect(code).toBe(`
import { useCompileCache } from "@fleetkeeper/compile-cache";

useCompileCache();
const { run } = await import("./run.ts");
await run();
`);
});
