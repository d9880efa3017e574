import type { FaultKind, TrueResource } from "@fleetkeeper/simulator";
import { truthOf } from "@fleetkeeper/simulator";
import { ApiError } from "@fleetkeeper/trackunit";
import { describe, expect, test, vi } from "vitest";
import { builtInSyncs } from "../src/index.ts";
import { createWorld, runPass } from "./world.ts";

vi.setConfig({ testTimeout: 30_000 });

const now = () => new Date("2026-03-01T12:00:00Z");
const window = { from: new Date("2026-01-30T12:00:00Z"), to: now() };
const account = { assets: 110, sites: 45, customers: 47, events: 60, alertConfigurations: 41 };

/** Faults that end a list early, say less than they should, or have another shape. */
const oddities: FaultKind[] = [
  "no-content",
  "empty-body",
  "empty-page",
  "null-list",
  "early-end",
  "no-totals",
  "null-errors",
  "empty-errors",
  "one-error",
  "error-object",
  "null-data",
  "top-extensions",
  "null-connection",
  "one-object",
  "wrapped-fleet",
  "other-capitals",
  "number-for-text",
  "relative-next",
  "foreign-next",
  "same-next",
  "repeat-cursor",
];
const notThere = { kind: "status", status: 404 } as const;

describe.each(builtInSyncs.map((definition) => [definition.name, definition] as const))(
  "%s",
  (_, definition) => {
    // Where GraphQL counts nothing, an end that is said to be one is believed: only two passes that agree
    // make it true.
    const believed = /graphqlPages/.test(String(definition.pages)) ? ["early-end"] : [];
    const faults = oddities.filter((kind) => !believed.includes(kind)).map((kind) => ({ kind }));
    const options = { pageSize: 20, ...(definition.window ? { window } : {}) };

    test.each([...faults, notThere])(
      "one answer with $kind, first or in the middle: nothing is missing, or the pass proves nothing, or an error says so",
      async (fault) => {
        for (const before of [0, 1]) {
          const { simulator, account: one, client } = await createWorld({ account, simulator: { now } });
          const pass = runPass(definition, client, {
            ...options,
            onPage: (count) => {
              if (count === before) simulator.faults.add({ ...fault, times: 1 });
            },
          });
          const outcome = await pass.catch((error: unknown) => error);
          if (outcome instanceof ApiError) continue;
          const { records, pages } = outcome as Awaited<typeof pass>;
          if (pages.some(({ disturbed }) => disturbed !== undefined)) continue;
          const truth = truthOf(one, definition.resource as TrueResource, window);
          expect([...truth.keys()].filter((id) => !records.has(id))).toEqual([]);
        }
      },
    );

    test("null in place of an empty list counts as an empty list, without an error", async () => {
      const none = { assets: 0, sites: 0, customers: 0, events: 0, alertConfigurations: 0 };
      const { simulator, client } = await createWorld({ account: none, simulator: { now } });
      simulator.faults.add({ kind: "null-list" });
      const { records, pages } = await runPass(definition, client, options);
      expect([records.size, pages.length]).toEqual([0, 1]);
    });

    test("ids that differ by case, a blank or normal form are different records", async () => {
      const { simulator, account: one, client } = await createWorld({ account, simulator: { now } });
      simulator.faults.add({ kind: "twin-ids", times: 1 });
      const { records } = await runPass(definition, client, options);
      const [first = ""] = truthOf(one, definition.resource as TrueResource, window).keys();
      const twins = ["", "-case", "-CASE", "-case ", "-\u00e9", "-e\u0301"];
      expect(twins.filter((twin) => !records.has(first + twin))).toEqual([]);
    });

    test("half of a surrogate pair in an id stays in the id, for its reader to set aside", async () => {
      const { simulator, client } = await createWorld({ account, simulator: { now } });
      simulator.faults.add({ kind: "lone-surrogate", times: 1 });
      const { records } = await runPass(definition, client, options);
      expect([...records.keys()].filter((id) => !id.isWellFormed())).toHaveLength(1);
    });
  },
);
