import { expect, test, vi } from "vitest";
import { problemsOf } from "./doctor/problems-of.ts";
import { setup } from "./world.ts";

test("the doctor notices a MongoDB that is older than Redis, and after-restore says what begins again", async () => {
  const world = await setup();
  const [kept, lost] = [1, 1].map((assets) => world.simulator.addAccount({ assets }));
  if (kept === undefined || lost === undefined) throw new Error("no accounts");
  const stop = await world.startWorker();
  for (const account of [kept, lost]) await world.install(account);
  await vi.waitFor(
    async () => {
      expect(await world.db.collection("syncs").countDocuments()).toBe(14);
    },
    { timeout: 40_000, interval: 50 },
  );
  await stop();
  expect((await problemsOf(world, ["restore"])).codes).toEqual([]);

  const id = world.installationIdOf(lost);
  for (const name of ["installations", "accounts", "syncs"])
    await world.db.collection<{ _id: string }>(name).deleteMany({ _id: { $regex: lost.accountId } });
  const { codes, problems } = await problemsOf(world, ["restore"]);
  expect(codes).toEqual(["MONGODB_OLDER_THAN_REDIS"]);
  expect(JSON.stringify(problems)).toContain(id);

  expect((await world.cli(["after-restore"])).code).toBe(2);
  const { stdout, code } = await world.cli(["after-restore", "--yes", "--as", "olive", "--json"]);
  expect(code).toBe(0);
  expect(await world.store.audit.ofTopic("restores", 9)).toMatchObject([{ who: "cli:olive" }]);
  expect(JSON.parse(stdout)).toMatchObject({ installations: 1, syncs: 7, notInstalled: [], forgotten: [] });
});
