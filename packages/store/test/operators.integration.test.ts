import { installationIdOf, type SealedText, type SyncId, syncIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { pass } from "./runs.ts";
import { at, how, installation, installationId, installOf, putInForce, setup, syncId } from "./world.ts";

async function withAccounts(count: number) {
  const world = await setup();
  for (let index = 0; index < count; index++) {
    const accountId = `${index % 2 === 0 ? "Ab" : "cd"}-${String(index).padStart(3, "0")}`;
    const irisAppId = index % 5 === 0 ? "@other/app" : "@a/b";
    const install = {
      ...installOf("1"),
      installationId: installationIdOf(irisAppId, accountId),
      irisAppId,
      accountId,
      receivedAt: at(index),
    };
    await putInForce(world.store, install);
  }
  return world;
}

test("the list is paged, each installation once, in either order", async () => {
  const { store } = await withAccounts(23);
  for (const sort of ["id", "newest"] as const) {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.installations.list({
        sort,
        limit: 5,
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...page.rows.map(({ accountId }) => accountId));
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(23);
    expect(seen).toHaveLength(23);
    if (sort === "newest") expect(seen[0]).toBe("Ab-022");
  }
});

test("an installation is found by the beginning of its account id or of its app", async () => {
  const { store } = await withAccounts(20);
  const found = async (search: string, more = {}) =>
    (await store.installations.list({ sort: "id", limit: 50, search, ...more })).rows.map(
      ({ accountId }) => accountId,
    );
  expect(await found("AB-00")).toEqual(["Ab-000", "Ab-002", "Ab-004", "Ab-006", "Ab-008"]);
  expect(await found("cd-013")).toEqual(["cd-013"]);
  expect(await found("@other/")).toHaveLength(4);
  expect(await found("@a/b")).toHaveLength(16);
  expect(await found("nothing")).toEqual([]);
  const row = (await store.installations.list({ sort: "id", limit: 1, search: "cd-013" })).rows[0];
  expect(row).not.toHaveProperty("sealedCredential");
  await expect(store.installations.list({ sort: "id", limit: 1, after: "nonsense" })).rejects.toThrow(
    TypeError,
  );
});

test("an account is found by any part of its id, its names, a fingerprint or the installation id, once", async () => {
  const { store } = await withAccounts(6);
  const named = installationIdOf("@a/b", "cd-003");
  await store.installations.setNotes(named, { name: "Größte Kräne & Söhne", reference: "Kunde 4711/7" });
  await store.installations.setNotes(installationIdOf("@a/b", "Ab-004"), { name: "cd-003" });
  const found = async (search: string, limit = 50) => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.installations.list({ sort: "id", limit, search, ...(after && { after }) });
      ids.push(...page.rows.map(({ accountId }) => accountId));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };
  expect(await found("d-00")).toEqual(["cd-001", "Ab-004", "cd-003", "cd-005"]);
  expect(await found("größte")).toEqual(["cd-003"]);
  expect(await found("KRÄNE & s")).toEqual(["cd-003"]);
  expect(await found("711/")).toEqual(["cd-003"]);
  expect(await found("cd-003")).toEqual(["Ab-004", "cd-003"]);
  expect(await found(".b.Ab-00")).toEqual(["Ab-002", "Ab-004"]);
  expect(await found("20")).toEqual([]);
  expect((await found("b-00", 1)).toSorted()).toEqual(["Ab-000", "Ab-002", "Ab-004"]);
  expect((await found("f", 2)).length).toBe(6);
  expect((await store.installations.ofAccount("cd-003")).map(({ _id }) => _id)).toEqual([named]);

  await store.installations.setNotes(named, { name: "Crane company" });
  expect(await found("söhne")).toEqual([]);
  expect(await found("company")).toEqual(["cd-003"]);
  const again = {
    ...installOf("2"),
    installationId: named,
    accountId: "cd-003",
    clientIdFingerprint: "77aa",
  };
  await putInForce(store, again);
  expect(await found("7aa")).toEqual(["cd-003"]);
});

test("an account id with spaces, or letters behind ASCII, is found by its beginning", async () => {
  const { store } = await setup();
  const accountIds = ["Oil & Gas 7", "Oil & Öl", "Öl & Gas"];
  for (const accountId of accountIds)
    await putInForce(store, {
      ...installOf("1"),
      installationId: installationIdOf("@a/b", accountId),
      accountId,
    });
  for (const [search, wanted] of [
    ["oil & gas", ["Oil & Gas 7"]],
    ["OIL &", ["Oil & Gas 7", "Oil & Öl"]],
    ["oil & öl", ["Oil & Öl"]],
    ["öl", ["Öl & Gas"]],
    [".*", []],
  ] as const) {
    const query = { search, beginning: true, sort: "id", limit: 9 } as const;
    const { rows } = await store.installations.list(query);
    expect([search, rows.map(({ accountId }) => accountId)]).toEqual([search, wanted]);
  }
});

test("a forgotten account is not found by name or fingerprint", async () => {
  const { store, db } = await setup();
  await putInForce(store, installOf("1"));
  await store.installations.setNotes(installationId, { name: "Acme", note: "Calls on Mondays" });
  await store.forget(installationId, at(1), []);
  expect(await db.collection("accounts").find().toArray()).toEqual([]);
  expect(await store.installations.setNotes(installationId, { name: "Acme" })).toBe(false);
  expect(await db.collection("accounts").find().toArray()).toEqual([]);
});

test("the list is filtered by state, and states are counted", async () => {
  const { store } = await withAccounts(6);
  await store.pause(installationIdOf("@a/b", "cd-003"));
  const paused = await store.installations.list({ sort: "id", limit: 5, state: "paused" });
  expect(paused.rows.map(({ accountId }) => accountId)).toEqual(["cd-003"]);
  expect(await store.installations.countByState()).toEqual({ pending: 0, active: 5, paused: 1, revoked: 0 });
});

test("a forgotten account leaves nothing but the audit, and only a later install brings it back", async () => {
  const { store, db } = await setup();
  await putInForce(store, installOf("1"));
  await pass(store, at(1), [{ a: 1 }], {
    pageFields: { setAside: [{ externalId: "x", item: {}, reasons: [] }] },
  });
  const position = (await store.syncs.find(syncId))?.feedHead ?? "";
  await store.feed.confirm("test", { syncId, position });
  await store.audit.add({ at: at(2), who: "someone", action: "forget", installationId });
  const other = installationIdOf("@a/b", "2");
  const callback = {
    irisAppId: "@a/b",
    accountId: "1",
    type: "X",
    sealedBody: "s" as SealedText,
    receivedAt: at(1),
  };
  await store.keepUnrecognised(`${installationId}.hash`, { ...callback, installationId });
  await store.keepUnrecognised(`${other}.hash`, { ...callback, installationId: other, accountId: "2" });
  await putInForce(store, { ...installOf("1"), installationId: other, accountId: "2" });
  await store.syncs.plan({ ...installation, _id: other }, ["assets"], { now: at(0) });

  expect(await store.forget(installationId, at(3), ["assets"])).toMatchObject({ outcome: "forgotten" });
  for (const { name } of await db.listCollections().toArray()) {
    const left = await db.collection(name).find().toArray();
    const ours = left.filter(
      (document) =>
        JSON.stringify(document).includes(`${installationId}"`) ||
        JSON.stringify(document).includes(`${installationId}/`),
    );
    expect({ name, count: ours.length }).toEqual({
      name,
      count: ["audit", "forgotten"].includes(name) ? 1 : 0,
    });
  }
  expect(await store.syncs.find(syncIdOf(other, "assets"))).not.toBeNull();
  expect(await db.collection("unrecognisedCallbacks").countDocuments()).toBe(1);
  expect(await store.install(installOf("1"), how, ["assets"])).toBe("superseded");
  expect(await store.install({ ...installOf("2"), receivedAt: at(4) }, how, ["assets"])).toBe("stored");
  expect(await store.audit.of(installationId, 10)).toMatchObject([{ who: "someone", action: "forget" }]);
});

test("syncs are listed page by page over all accounts, or of one, by name and by what they wait for", async () => {
  const { store } = await setup();
  const ids = ["1", "10", "2"].map((accountId) => installationIdOf("@a/b", accountId));
  for (const id of ids)
    await store.syncs.plan({ ...installation, _id: id }, ["assets", "sites"], { now: at(0) });
  await store.syncs.pauseOne(syncIdOf(ids[1] ?? installationId, "sites"));
  const all: string[] = [];
  for (let after: SyncId | undefined; ; ) {
    const page = await store.syncs.list({ limit: 2, ...(after === undefined ? {} : { after }) });
    all.push(...page.rows.map(({ _id }) => _id));
    after = page.next;
    if (after === undefined) break;
  }
  expect(all).toEqual([...new Set(all)].sort());
  expect(all).toHaveLength(6);
  const found = async (query: object) =>
    (await store.syncs.list({ limit: 10, ...query })).rows.map(({ _id }) => _id);
  expect(await found({ installationId })).toEqual([`${installationId}/assets`, `${installationId}/sites`]);
  expect(await found({ sync: "sites" })).toHaveLength(3);
  expect(await found({ waitingFor: ["operator"] })).toEqual([`${ids[1]}/sites`]);
});

test("actions on a queue are found by the queue, the newest first, and by no account", async () => {
  const { store } = await setup();
  await store.audit.add({ at: at(1), who: "someone", action: "retry failed jobs", queue: "sync" });
  await store.audit.add({ at: at(2), who: "another", action: "retry failed jobs", queue: "sync" });
  await store.audit.add({ at: at(3), who: "someone", action: "pause", installationId });
  expect((await store.audit.ofQueue("sync", 10)).map(({ who }) => who)).toEqual(["another", "someone"]);
  expect(await store.audit.ofQueue("install", 10)).toEqual([]);
  expect(await store.audit.of(installationId, 10)).toMatchObject([{ action: "pause" }]);
});
