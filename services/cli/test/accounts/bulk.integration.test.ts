import { type Generation, installationIdOf, type SealedText } from "@fleetkeeper/model";
import { createBulkActions, createOperatorActions } from "@fleetkeeper/operator";
import { beforeAll, expect, test } from "vitest";
import { createWorld } from "../../../worker/test/create-world.ts";
import { runCli } from "../run-cli.ts";

const app = "@acme/tracker";
const other = "@acme/other";
let world: Awaited<ReturnType<typeof createWorld>>;
const now = () => new Date();
const as = (...args: string[]) =>
  runCli(["accounts", "bulk", ...args, "--as", "jo", "--json"], { env: world.env });

beforeAll(async () => {
  world = await createWorld();
  const names = Array.from({ length: 25 }, (_, number) => `crane-${number}`);
  for (const [irisAppId, accountId] of [
    ...names.map((name) => [app, name] as const),
    ...["x", "y", "z"].map((name) => [other, name] as const),
  ]) {
    const install = {
      installationId: installationIdOf(irisAppId, accountId),
      irisAppId,
      accountId,
      generation: "1" as Generation,
      sealedCredential: "sealed" as SealedText,
      clientIdFingerprint: "f",
      receivedAt: now(),
    };
    await world.store.install(install, { requestedScopes: [], sealKeyId: "k" }, ["assets"]);
  }
  return () => world.close();
});

function bulkActions(more: Partial<ReturnType<typeof createOperatorActions>> = {}) {
  const { store, queues } = world;
  const actions = { ...createOperatorActions({ store, queues, now }), ...more };
  return createBulkActions({ store, actions, queues, now });
}

async function pausedOf(irisAppId: string): Promise<number> {
  const { rows } = await world.store.installations.list({
    app: irisAppId,
    state: "paused",
    sort: "id",
    limit: 500,
  });
  return rows.length;
}

test("how many it is about is said first, and nothing is done without a yes", async () => {
  const dry = await as("pause", "--app", app, "--dry-run");
  expect(dry.code).toBe(0);
  expect(dry.json()).toMatchObject({ accounts: 25, of: 28, passedOver: 0 });
  const asked = await as("pause", "--app", app);
  expect(asked.code).toBe(2);
  expect(asked.error().code).toBe("ERR_NOT_CONFIRMED");
  expect(await pausedOf(app)).toBe(0);
  expect(await world.store.audit.ofTopic("bulk-actions", 9)).toEqual([]);
});

test("cancelled, it ends with what it has begun, says so, and asked again does the rest and no more", async () => {
  const { store } = world;
  const stopping = new AbortController();
  const plan = await bulkActions().plan("pause", { search: "crane", app });
  const first = await bulkActions().carryOut("cli:jo", plan, {
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  expect(first).toMatchObject({ done: 10, left: 15, refused: 0, failed: 0 });
  expect(await pausedOf(app)).toBe(10);

  const rest = await as("pause", "--app", app, "--yes");
  expect(rest.code).toBe(0);
  expect(rest.json()).toMatchObject({ accounts: 15, passedOver: 10, done: 15, left: 0 });
  expect([await pausedOf(app), await pausedOf(other)]).toEqual([25, 0]);
  expect(
    (await store.audit.ofTopic("bulk-actions", 9)).map(({ action, outcome }) => [action, outcome]),
  ).toEqual([
    [`pause 15 accounts (app ${app}): 15 done`, undefined],
    [`begin to pause 15 accounts (app ${app})`, undefined],
    [`pause 25 accounts (with “crane”, app ${app}): 10 done, 15 not begun`, "failed"],
    [`begin to pause 25 accounts (with “crane”, app ${app})`, undefined],
  ]);
  for (const name of ["crane-0", "crane-24"])
    expect(await store.audit.of(installationIdOf(app, name), 9)).toMatchObject([
      { who: "cli:jo", action: "pause" },
    ]);
});

test("an account that was deleted before its turn is refused, and if all fail it ends early", async () => {
  const { store } = world;
  const plan = await bulkActions().plan("resume", { state: "paused" });
  expect(plan.ids).toHaveLength(25);
  await store.forget(installationIdOf(app, "crane-3"), now(), ["assets"]);
  const resume = () => Promise.reject(Object.assign(new Error("down"), { code: "ERR_DOWN" }));
  expect(await bulkActions({ resume }).carryOut("jo", plan)).toMatchObject({ done: 0, failed: 10, left: 15 });
  expect(await bulkActions().carryOut("jo", plan)).toEqual({
    done: 24,
    refused: 1,
    failed: 0,
    left: 0,
    codes: { ERR_NOT_FOUND: 1 },
  });
  expect(await pausedOf(app)).toBe(0);
  expect(await store.audit.ofTopic("bulk-actions", 1)).toMatchObject([
    { outcome: "failed", code: "ERR_NOT_FOUND" },
  ]);
});

test("accounts that fail are acted upon by app and code, and a retry is about those with failed jobs only", async () => {
  const { store, db } = world;
  const waiting = { for: "backoff", code: "ERR_RATE_LIMITED", until: now() };
  for (const id of [installationIdOf(app, "crane-1"), installationIdOf(other, "x")]) {
    const granted = { requestedScopes: [], isSame: false, keptMs: 1_000, now: now() };
    await store.promote(id, "1" as Generation, granted);
    await store.plan(id, ["assets"], now());
    await db.collection("syncs").updateMany({ installationId: id }, { $set: { waiting } });
  }
  const plan = await bulkActions().plan("pause", { app, failing: "ERR_RATE_LIMITED" });
  expect(plan.ids).toEqual([installationIdOf(app, "crane-1")]);
  expect((await bulkActions().plan("pause", { failing: "any" })).ids).toHaveLength(2);
  expect(await bulkActions().plan("retry", {})).toMatchObject({ ids: [], passedOver: 27, of: 27 });
  expect((await bulkActions().plan("sync", {})).ids).toHaveLength(2);
  expect((await bulkActions().plan("pause", { failing: "any", search: "crane-1" })).ids).toEqual(plan.ids);
  expect((await bulkActions().plan("pause", { failing: "any", search: "crane-2" })).ids).toEqual([]);
  const chosen = [installationIdOf(other, "x"), installationIdOf(other, "nobody")];
  expect(await bulkActions().plan("pause", { ids: chosen, failing: "any" })).toMatchObject({
    ids: [installationIdOf(other, "x")],
    named: ["x"],
  });
  expect(await store.audit.of(installationIdOf(other, "x"), 9)).toEqual([]);
});
