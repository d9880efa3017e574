// Records that MongoDB refuses, or that take much more room there than in JSON: each stops neither its page
// nor its resource.

import type { FaultKind, SimulatedAccount } from "@fleetkeeper/simulator";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createWorld } from "./create-world.ts";

type World = Awaited<ReturnType<typeof createWorld>>;
const patient = { timeout: 60_000, interval: 100 };
const accounts = new Map<FaultKind, SimulatedAccount>();
let world: World;

const refused: [FaultKind, reason: string][] = [
  ["zero-in-name", "zero character"],
  ["reserved-name", "_bsontype"],
  ["deep-record", "nested more than"],
  ["large-record", "bytes in MongoDB"],
  ["lone-surrogate", "it has no id"],
];
/** 90 fill a page of 20 MiB in MongoDB; the embedded server takes half a minute for it. */
const heavyRecords = Number(process.env.HEAVY_RECORDS ?? 12);
const taken: [FaultKind, records: number][] = [
  ["twin-ids", 6],
  ["exact-numbers", 3],
  ["heavy-page", heavyRecords],
];

beforeAll(async () => {
  world = await createWorld();
  for (const [kind, records] of [...refused.map(([kind]) => [kind, 3] as const), ...taken]) {
    const account = world.simulator.addAccount({ assets: records });
    accounts.set(kind, account);
    world.simulator.faults.add({ kind, operation: "graphql.assets", accountId: account.accountId });
  }
  await world.startWorker();
  await Promise.all([...accounts.values()].map((account) => world.install(account)));
}, 60_000);

afterAll(() => world?.close());

/** After its first complete pass. */
async function assetsOf(kind: FaultKind) {
  const account = accounts.get(kind) as SimulatedAccount;
  const id = world.installationIdOf(account);
  const sync = await vi.waitFor(async () => {
    const one = (await world.store.syncs.ofInstallation(id)).find(({ sync }) => sync === "assets");
    expect(one?.lastRun?.outcome).toBe("succeeded");
    return one;
  }, patient);
  const records = await world.db.collection("assets").find({ installationId: id }).toArray();
  return { account, records, aside: await world.store.setAside.of(sync?._id as never, 10) };
}

describe("a page with", { timeout: 90_000 }, () => {
  test.each(refused)(
    "%s is stored but for that record, which is set aside with its reason",
    async (kind, reason) => {
      const { account, records, aside } = await assetsOf(kind);
      const [, ...others] = account.assets();
      expect(records.map(({ externalId }) => externalId).sort()).toEqual(
        others.map(({ id }) => `___Asset___${id}`).sort(),
      );
      expect(aside.map(({ reasons }) => reasons.join())).toEqual([expect.stringContaining(reason)]);
    },
  );

  test.each(taken)("%s is stored whole", async (kind, count) => {
    const { records, aside } = await assetsOf(kind);
    expect(records).toHaveLength(count);
    expect(aside).toEqual([]);
  });

  test("numbers that a double does not hold keeps their digits", async () => {
    const { records } = await assetsOf("exact-numbers");
    const exact = records.map(({ data }) => data).find(({ bigInteger }) => bigInteger !== undefined);
    expect([String(exact?.bigInteger), exact?.longDecimal]).toEqual([
      "9007199254740993",
      "0.1234567890123456789",
    ]);
  });
});
