import { type Generation, installationIdOf } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { at, installationId, installOf, putInForce, setup } from "./world.ts";

const grantOf = (issued: number, expires = issued + 3_600) => ({
  result: { at: at(issued), outcome: "granted", expiresAt: at(expires) } as const,
  grantedScopes: ["asset.view"],
  prewarmAt: at(expires - 1_000),
});

test("the first token of each install is distinguished from the later ones, with the time since which it was awaited", async () => {
  const { store } = await setup();
  const first = async (generation: string, issued: number) =>
    (await store.installations.noteGrant(installationId, generation as Generation, grantOf(issued)))
      .firstSince;
  const noteFailure = (seconds: number) =>
    store.installations.noteFailure(
      installationId,
      "1" as Generation,
      { at: at(seconds), outcome: "failed", code: "ERR_TOKEN_UNAVAILABLE" },
      at(seconds + 60),
    );
  await putInForce(store, installOf("1"));
  await noteFailure(1);
  expect(await first("1", 2)).toEqual(at(0));
  expect(await first("1", 3_000)).toBeUndefined();
  await noteFailure(6_000);
  expect(await first("1", 7_000)).toBeUndefined();
  await putInForce(store, { ...installOf("2"), receivedAt: at(8_000) });
  expect(await first("1", 8_001)).toBeUndefined();
  expect(await first("2", 8_001)).toEqual(at(8_000));
});

test("that nobody needs a token is not noted over one that was granted meanwhile", async () => {
  const { store } = await setup();
  await putInForce(store, installOf("1"));
  await store.installations.noteGrant(installationId, "1" as Generation, grantOf(0));
  const before = await store.installations.find(installationId);
  await store.installations.noteGrant(installationId, "1" as Generation, grantOf(60));
  if (before) await store.installations.noteUnused(before, { neededAt: null, lookAt: at(9_000) });
  const after = await store.installations.find(installationId);
  expect(after).toMatchObject({ noTokenFrom: null, prewarmAt: at(2_660) });
});

test("tokens of active installations are counted by their remaining time", async () => {
  const { store } = await setup();
  const tokens = { a: 0, b: 200, c: 299, d: 301, e: 1_801, f: 90_000, g: undefined, h: 10, i: 10 };
  for (const [accountId, expires] of Object.entries(tokens)) {
    const id = installationIdOf("@a/b", accountId);
    await putInForce(store, { ...installOf("1"), installationId: id, accountId });
    if (expires !== undefined)
      await store.installations.noteGrant(id, "1" as Generation, grantOf(-60, expires));
  }
  for (const [accountId, expires] of [
    ["j", -5],
    ["k", 250],
    ["l", -5],
  ] as const) {
    const id = installationIdOf("@a/b", accountId);
    await putInForce(store, { ...installOf("1"), installationId: id, accountId });
    await store.installations.noteGrant(id, "1" as Generation, grantOf(-60, expires));
    const found = await store.installations.find(id);
    if (found) await store.installations.noteUnused(found, { neededAt: null, lookAt: at(9_000) });
  }
  await store.pause(installationIdOf("@a/b", "l"));
  await store.pause(installationIdOf("@a/b", "h"));
  const refusal = { at: at(1), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
  await store.revoke(installationIdOf("@a/b", "i"), "1" as Generation, refusal, at(3_600));
  expect(await store.installations.countByTokenLeft(at(0))).toEqual({
    none: 1,
    expired: 1,
    unused: 1,
    "5m": 3,
    "30m": 1,
    more: 2,
  });
});
