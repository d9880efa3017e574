import type { Generation, Install } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { at, installation, installationId, installOf, putInForce, setup } from "./world.ts";

test("the newest install that has proved itself wins, in any order of arrival", async () => {
  const { store } = await setup();
  expect(await putInForce(store, installOf("2"))).toBe("promoted");
  expect(await putInForce(store, installOf("1"))).toBe("superseded");
  expect(await putInForce(store, installOf("2"))).toBe("same");
  expect(await store.installations.find(installationId)).toMatchObject({
    generation: "2",
    sealedCredential: "sealed 2",
  });
  expect(await putInForce(store, installOf("3"))).toBe("promoted");
  expect(await store.installations.find(installationId)).toMatchObject({
    generation: "3",
    sealedCredential: "sealed 3",
  });
});

test("of many installs that arrive and prove themselves at once the newest is what remains", async () => {
  const { store } = await setup();
  const generations = Array.from({ length: 20 }, (_, index) => String((index * 7) % 20).padStart(2, "0"));
  const repeated = async (install: Install) => {
    for (;;)
      try {
        return await putInForce(store, install);
      } catch (error) {
        expect(error).toMatchObject({ remedy: "retry" });
      }
  };
  await Promise.all(generations.map((generation) => repeated(installOf(generation))));
  expect(await store.installations.find(installationId)).toMatchObject({
    generation: "19",
    sealedCredential: "sealed 19",
    candidates: [],
    proveAt: null,
  });
});

test("a refused credential revokes its own install, not a newer one", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  await store.syncs.plan(installation, ["assets"], { now: at(0) });
  const refusal = { at: at(1), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
  await store.revoke(installationId, "0" as Generation, refusal, at(3600));
  expect((await store.installations.find(installationId))?.state).toBe("active");
  await store.revoke(installationId, "1" as Generation, refusal, at(3600));
  expect(await store.installations.find(installationId)).toMatchObject({
    state: "revoked",
    tokenFailures: 1,
  });
  const [sync] = await store.syncs.ofInstallation(installationId);
  expect(sync).toMatchObject({ nextRunAt: null, waiting: { for: "credential" } });

  await putInForce(store, installOf("2"));
  await store.align(installationId, at(2));
  expect((await store.installations.find(installationId))?.state).toBe("active");
  expect((await store.syncs.ofInstallation(installationId))[0]?.nextRunAt).toEqual(at(2));
});

test("a due prewarm goes to one of many dispatchers", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  const [due] = await store.installations.duePrewarms(at(1), 10);
  if (due === undefined) throw new Error("nothing is due");
  const claims = await Promise.all(
    Array.from({ length: 10 }, () => store.installations.claimPrewarm(due, at(600))),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await store.installations.duePrewarms(at(1), 10)).toEqual([]);
  expect(await store.installations.duePrewarms(at(601), 10)).toHaveLength(1);
});

test("a token that was under way when the account was paused does not start it again", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  await store.pause(installationId);
  const granted = { at: at(1), outcome: "granted", expiresAt: at(3600) } as const;
  const grant = { result: granted, grantedScopes: [], prewarmAt: at(2000) };
  await store.installations.noteGrant(installationId, "1" as Generation, grant);
  expect(await store.installations.find(installationId)).toMatchObject({
    state: "paused",
    prewarmAt: null,
    lastToken: granted,
  });
  const failed = { at: at(2), outcome: "failed", code: "ERR_X" } as const;
  await store.installations.noteFailure(installationId, "1" as Generation, failed, at(2000));
  expect(await store.installations.find(installationId)).toMatchObject({
    state: "paused",
    prewarmAt: null,
    lastToken: failed,
  });
});

test("nothing is planned for an account that was forgotten, and a paused one's new syncs wait with it", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  await store.pause(installationId);
  await store.plan(installationId, ["assets"], at(0));
  expect(await store.syncs.ofInstallation(installationId)).toMatchObject([
    { nextRunAt: null, waiting: { for: "operator", of: "account" } },
  ]);
  await store.forget(installationId, at(1), ["assets"]);
  await store.plan(installationId, ["assets"], at(2));
  expect(await store.syncs.ofInstallation(installationId)).toEqual([]);
});
