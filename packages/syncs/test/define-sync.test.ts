import { expect, test } from "vitest";
import { z } from "zod";
import { defineSync, isSyncDefinition, SyncDefinitionError } from "../src/index.ts";

const good = {
  name: "site-areas",
  resource: "siteAreas",
  scopes: ["site.view"],
  intervalMs: 60_000,
  pageSize: 100,
  deletions: "complete-pass" as const,
  async *pages() {
    yield { items: [], nextCursor: null };
  },
  item: z.looseObject({ id: z.string() }),
  idOf: ({ id }: { id: string }) => id,
};

function faultsOf(wrong: object): readonly string[] {
  try {
    defineSync({ ...good, ...wrong } as never);
  } catch (error) {
    expect(error).toBeInstanceOf(SyncDefinitionError);
    expect(error).toMatchObject({ code: "ERR_SYNC_DEFINITION", remedy: "never" });
    return (error as SyncDefinitionError).faults;
  }
  return [];
}

test("a definition that can work is given back, marked and closed to changes", () => {
  const definition = defineSync(good);
  expect(definition).toMatchObject({ name: "site-areas", resource: "siteAreas" });
  expect(isSyncDefinition(definition)).toBe(true);
  expect(Object.isFrozen(definition)).toBe(true);
  expect(isSyncDefinition(good)).toBe(false);
});

test.each<[string, object]>([
  ["name", { name: "Site areas" }],
  ["name", { name: "a".repeat(42) }],
  ["resource", { resource: "site-areas" }],
  ["resource", { resource: "syncs" }],
  ["resource", { resource: "installations" }],
  ["resource", { resource: "accounts" }],
  ["resource", { resource: "audit" }],
  ["scopes", { scopes: "site.view" }],
  ["intervalMs", { intervalMs: 10 }],
  ["intervalMs", { intervalMs: 1e12 }],
  ["intervalMs", { intervalMs: Number.NaN }],
  ["pageSize", { pageSize: 0 }],
  ["pageSize", { pageSize: 1_001 }],
  ["deletions", { deletions: "sometimes" }],
  ["deletions", { window: { lookbackMs: 1, overlapMs: 0 } }],
  ["window.lookbackMs", { deletions: "never", window: { lookbackMs: 0, overlapMs: 0 } }],
  ["pages", { pages: [] }],
  ["item", { item: { id: "string" } }],
  ["item", { item: null }],
  ["idOf", { idOf: "id" }],
])("a wrong %s is reported by its name: %o", (field, wrong) => {
  const faults = faultsOf(wrong);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(new RegExp(`^${field}: `));
});

test("all faults are reported at once, with the sync's name", () => {
  expect(faultsOf({ resource: "", pageSize: 0, idOf: undefined })).toHaveLength(3);
  expect(() => defineSync({ ...good, pageSize: 0 })).toThrow("the sync site-areas cannot work: pageSize: ");
});

test("what is not a definition at all is told as such", () => {
  expect(() => defineSync(undefined as never)).toThrow(SyncDefinitionError);
  expect(() => defineSync({} as never)).toThrow(SyncDefinitionError);
});
