import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createApiMetrics } from "../src/metrics.ts";
import { problemCodes } from "../src/problems.ts";

const document = await readFile(new URL("../../../docs/api.md", import.meta.url), "utf8");

test("docs/api.md has each metric of the API with its labels and meaning, and no other", async () => {
  const exported = (await createApiMetrics().registry.getMetricsAsJSON())
    .filter(({ name }) => name.startsWith("fleetkeeper_publisher_"))
    .map(({ name, help }) => [name, help])
    .sort();
  const rows = [...document.matchAll(/^\| `(fleetkeeper_\w+)` +\| [^|]+\| ([^|]+?) +\|$/gm)];
  expect(rows.map(([, name, help]) => [name, help]).sort()).toEqual(exported);
});

test("docs/api.md says of each code what to do, with its status, and of no other", () => {
  const rows = [...document.matchAll(/^\| `(ERR_\w+)` +\| \d{3} +\| \S/gm)].map(([, code]) => code);
  expect(rows.sort()).toEqual([...problemCodes].sort());
});
