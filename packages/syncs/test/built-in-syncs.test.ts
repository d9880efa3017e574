import { ExactNumber } from "@fleetkeeper/model";
import {
  bareId,
  type SimulatedAccount,
  type TrueResource,
  trueResources,
  truthOf,
} from "@fleetkeeper/simulator";
import { documentedLimits } from "@fleetkeeper/trackunit";
import { describe, expect, test } from "vitest";
import {
  aempEquipment,
  alertConfigurations,
  assetEvents,
  assetLocations,
  assets,
  builtInSyncs,
  type SyncDefinition,
} from "../src/index.ts";
import { createWorld, runPass } from "./world.ts";

const dayMs = 86_400_000;
const now = () => new Date("2026-03-01T12:00:00Z");
const window = { from: new Date(now().getTime() - 30 * dayMs), to: now() };

/** What the account holds, as the definition reads it. */
const trueRecords = (definition: SyncDefinition, account: SimulatedAccount) =>
  truthOf(account, definition.resource as TrueResource, window);

const account = { assets: 230, sites: 23, customers: 27, events: 120, alertConfigurations: 21 };

describe.each(builtInSyncs.map((definition) => [definition.name, definition] as const))(
  "%s",
  (_name, definition) => {
    const pass = { pageSize: 10, ...(definition.window ? { window } : {}) };

    test("reads exactly what the account holds, field by field, over many pages", async () => {
      const world = await createWorld({ account, simulator: { now } });
      world.account.change(20);
      const { records, misfits, pages } = await runPass(definition, world.client, pass);
      expect(records).toEqual(trueRecords(definition, world.account));
      expect(records.size).toBeGreaterThan(20);
      expect(misfits).toEqual([]);
      expect(pages.length).toBeGreaterThan(2);
    });

    test("reads an account that holds nothing", async () => {
      const empty = { assets: 0, sites: 0, customers: 0, events: 0, alertConfigurations: 0 };
      const { client } = await createWorld({ account: empty, simulator: { now } });
      const { records, pages } = await runPass(definition, client, pass);
      expect(records.size).toBe(0);
      expect(pages).toHaveLength(1);
    });

    test("a record with a wrong type in a field that matters does not fit; the rest of its page does", async () => {
      const world = await createWorld({ account, simulator: { now } });
      world.simulator.faults.add({ kind: "bad-record", times: 1 });
      const { records, misfits } = await runPass(definition, world.client, pass);
      expect(misfits).toHaveLength(1);
      expect(records.size).toBe(trueRecords(definition, world.account).size - 1);
    });

    test("new fields are kept", () => {
      const [, example] = exampleOf(definition);
      const item = { ...example, unheardOf: { deep: [1, null] } };
      expect(definition.item.parse(item)).toEqual(item);
    });

    test("a record without its id does not fit", () => {
      const bare = { name: "x", properties: {}, EquipmentHeader: { OEMName: "x" } };
      expect(definition.item.safeParse(bare).success).toBe(false);
      expect(definition.item.safeParse(null).success).toBe(false);
    });
  },
);

/** The smallest item that each resource can have. */
function exampleOf({ resource }: SyncDefinition): [string, Record<string, unknown>] {
  if (resource === "aempEquipment") return ["e", { EquipmentHeader: { EquipmentID: "e" } }];
  return ["a", { id: "a" }];
}

test("the simulator has a truth for the resource of every built-in sync", () => {
  expect(builtInSyncs.map(({ resource }) => resource).sort()).toEqual([...trueResources].sort());
});

test("a location's asset id is found in every place where it may stand", () => {
  const { item, idOf } = assetLocations;
  for (const place of [
    { properties: { assetId: "a", id: "x" }, id: "y" },
    { assetId: "a" },
    { id: "a" },
    { properties: { id: "a" } },
  ])
    expect(idOf(item.parse(place) as never)).toBe("a");
});

test("a machine without EquipmentID is known by its PIN, or by make, model and serial number", () => {
  const { item, idOf } = aempEquipment;
  const idOfHeader = (EquipmentHeader: object) => idOf(item.parse({ EquipmentHeader }) as never);
  const named = { OEMName: "Volvo", Model: "EC220E", SerialNumber: "7" };
  expect(idOfHeader({ ...named, PIN: "8", EquipmentID: "9" })).toBe("9");
  expect(idOfHeader({ ...named, PIN: "8", EquipmentID: "" })).toBe("pin:8");
  expect(idOfHeader({ ...named, PIN: null })).toBe("serial:Volvo/EC220E/7");
});

test("a machine's header is found in any capital letters, and its ids may be numbers", () => {
  const { item, idOf } = aempEquipment;
  const idOfItem = (value: object) => idOf(item.safeParse(value).data as never);
  expect(idOfItem({ equipmentHeader: { EquipmentId: "9" } })).toBe("9");
  expect(idOfItem({ EquipmentHeader: { PIN: 8 } })).toBe("pin:8");
  const SerialNumber = new ExactNumber("9007199254740993");
  expect(idOfItem({ EQUIPMENTHEADER: { SerialNumber } })).toBe("serial://9007199254740993");
});

test("ids that differ by capital letters, blanks or normalisation are different", () => {
  const ids = ["a", "A", "a ", "\u00e9", "e\u0301"];
  expect(new Set(ids.map((id) => assets.idOf(assets.item.parse({ id }) as never))).size).toBe(ids.length);
});

test("an alert configuration's id may be in its details", () => {
  const { item, idOf } = alertConfigurations;
  expect(idOf(item.parse({ configurationDetails: { id: "a" } }) as never)).toBe("a");
});

test("only the window of the pass is requested from the event log", async () => {
  const world = await createWorld({ account: { events: 100 }, simulator: { now } });
  const week = { from: new Date(now().getTime() - 7 * dayMs), to: now() };
  const { records } = await runPass(assetEvents, world.client, { window: week });
  const times = [...records.values()].map((event) => (event as { eventTime: string }).eventTime);
  expect(times.length).toBeGreaterThan(20);
  for (const time of times)
    expect(time >= week.from.toISOString() && time < week.to.toISOString()).toBe(true);
});

test("GraphQL's global ids hold REST's bare ones", async () => {
  const { account: one, client } = await createWorld();
  const byGraphql = [...(await runPass(assets, client)).records.keys()].map((id) => bareId("Asset", id));
  const byRest = [...(await runPass(assetLocations, client)).records.keys()];
  expect(byGraphql).toEqual(byRest);
  expect(byRest).toEqual(one.assets().map(({ id }) => id));
});

test("a pass of one page each interval stays within the limits", () => {
  const families = {
    "asset-locations": "locations",
    "asset-events": "event-log",
    "aemp-equipment": "aemp-fleet",
  };
  for (const [name, family] of Object.entries(families)) {
    const { intervalMs = 0 } = builtInSyncs.find((sync) => sync.name === name) ?? {};
    const { requests, windowMs } = documentedLimits[family] as (typeof documentedLimits)[string];
    // The schedule never starts two passes closer than half an interval.
    expect(intervalMs / 2).toBeGreaterThanOrEqual(windowMs / requests);
  }
});
