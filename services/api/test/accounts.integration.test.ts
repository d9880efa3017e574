import { apiRights, installationIdOf } from "@fleetkeeper/model";
import { describeWaiting } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import { expect, test, vi } from "vitest";
import { app, patient, setup } from "./world.ts";

/** As an install of this account and app leaves it, without a worker. */
function installed(store: Store, accountId: string, irisAppId = app, generation = "1") {
  const install = {
    installationId: installationIdOf(irisAppId, accountId),
    irisAppId,
    accountId,
    generation,
    sealedCredential: "a sealed credential",
    clientIdFingerprint: "f",
    receivedAt: new Date("2026-01-01T00:00:00Z"),
  } as unknown as Parameters<typeof store.install>[0];
  return store.install(install, { requestedScopes: ["asset.view"], sealKeyId: "k" }, []);
}

test("accounts are searched by any part of what they are known by, and only those that the key sees", async () => {
  const { ask, makeKey, store } = await setup();
  await installed(store, "4711-aa");
  await installed(store, "4711-bb", "@other/app");
  await store.installations.setNotes(installationIdOf(app, "4711-aa"), { name: "Acme", note: "Mondays" });
  const found = async (key: string, search: string) =>
    (await ask(key, `/v1/accounts?search=${search}`))
      .json()
      .accounts.map(({ accountId }: { accountId: string }) => accountId);
  const { key: ofAll } = await makeKey(["accounts:read"]);
  expect(await found(ofAll, "711")).toEqual(["4711-aa", "4711-bb"]);
  const { key } = await makeKey(["accounts:read"], app);
  expect(await found(key, "711")).toEqual(["4711-aa"]);
  expect(await found(key, "CM")).toEqual(["4711-aa"]);
  expect((await ask(key, "/v1/accounts/4711-aa")).json()).toMatchObject({
    name: "Acme",
    note: "Mondays",
    trackunitName: null,
  });
  expect((await ask(key, "/v1/accounts/acme")).status).toBe(404);
});

test("an account shows its state, scopes and why each sync waits, in the operator's words, and no credential", async () => {
  const { ask, makeKey, simulator, install, startWorker, store, installationIdOf } = await setup();
  const account = simulator.addAccount({ assets: 5 });
  await startWorker();
  await install(account);
  const { key } = await makeKey(["accounts:read", "syncs:write"]);
  const path = `/v1/accounts/${account.accountId}`;
  await vi.waitFor(async () => {
    const { syncs } = (await ask(key, path)).json();
    expect(syncs.find(({ sync }: { sync: string }) => sync === "assets").lastRun?.outcome).toBe("succeeded");
  }, patient);
  const answer = await ask(key, path);
  const shown = answer.json();
  expect(shown).toMatchObject({
    accountId: account.accountId,
    app,
    state: "active",
    reference: null,
    metadata: {},
  });
  expect(shown.scopes.granted.length).toBeGreaterThan(0);
  expect(shown.scopes.missing).toEqual([]);
  expect(shown.token).toMatchObject({ label: "fresh", mood: "good" });
  const stored = await store.syncs.ofInstallation(installationIdOf(account));
  for (const { sync, waiting } of stored.filter(({ waiting }) => waiting.for === "rate-limit"))
    expect(shown.syncs.find((one: { sync: string }) => one.sync === sync).waiting.text).toBe(
      describeWaiting(waiting).text,
    );
  for (const secret of [account.clientSecret, "sealedCredential", "eyJ"])
    expect(answer.text).not.toContain(secret);

  expect((await ask(key, `${path}/syncs/assets/run`, { method: "POST" })).status).toBe(202);
  expect((await ask(key, `${path}/syncs/nothing/run`, { method: "POST" })).status).toBe(404);
  const [last] = await store.audit.of(installationIdOf(account), 1);
  expect(last).toMatchObject({
    action: "sync now",
    who: expect.stringMatching(/^api:[0-9a-f]{16} \(test\)$/),
  });
});

test("the list is paged by a cursor and filtered by state, app and reference", async () => {
  const { ask, makeKey, store } = await setup();
  const { key } = await makeKey(["accounts:read", "accounts:write"]);
  for (let number = 1; number <= 5; number++) await installed(store, `a-${number}`);
  await installed(store, "a-1", `${app}2`);
  const ids: string[] = [];
  let next: string | null = "";
  while (next !== null) {
    const page: { accounts: { accountId: string; app: string }[]; next: string | null } = (
      await ask(key, `/v1/accounts?limit=2${next === "" ? "" : `&after=${next}`}`)
    ).json();
    ids.push(...page.accounts.map((one) => `${one.app} ${one.accountId}`));
    next = page.next;
  }
  expect(ids).toEqual([...[1, 2, 3, 4, 5].map((number) => `${app} a-${number}`), `${app}2 a-1`]);

  const patched = await ask(key, "/v1/accounts/a-3", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reference: "customer 42", metadata: { plan: "gold" } }),
  });
  expect(patched.status).toBe(200);
  await installed(store, "a-3", app, "2");
  const found = (await ask(key, "/v1/accounts?reference=customer%2042")).json();
  expect(found.accounts).toMatchObject([{ accountId: "a-3", metadata: { plan: "gold" } }]);
  await store.pause(installationIdOf(app, "a-4"));
  const accountsOf = async (query: string) =>
    (await ask(key, `/v1/accounts?${query}`))
      .json()
      .accounts.map(({ accountId }: { accountId: string }) => accountId);
  expect(await accountsOf("state=paused")).toEqual(["a-4"]);
  expect(await accountsOf(`app=${encodeURIComponent(`${app}2`)}`)).toEqual(["a-1"]);
  expect(await accountsOf(`app=${encodeURIComponent(app)}`)).toHaveLength(5);
  expect((await ask(key, "/v1/accounts/A-2")).json().accountId).toBe("a-2");
  const ambiguous = await ask(key, "/v1/accounts/a-1");
  expect([ambiguous.status, ambiguous.json().code]).toEqual([409, "ERR_APP_AMBIGUOUS"]);
  for (const spelled of ["a-1", "A-1"])
    expect((await ask(key, `/v1/accounts/${spelled}?app=${encodeURIComponent(app)}`)).json().app).toBe(app);
});

test("an account that was looked up is found at once after it left one app for another", async () => {
  const { ask, makeKey, store } = await setup();
  const { key } = await makeKey(["accounts:read"]);
  const appsFound = async () => (await ask(key, "/v1/accounts/moving")).json().app;
  await installed(store, "moving");
  expect([await appsFound(), await appsFound()]).toEqual([app, app]);
  await store.forget(installationIdOf(app, "moving"), new Date(), []);
  expect((await ask(key, "/v1/accounts/moving")).status).toBe(404);
  await installed(store, "moving", `${app}2`);
  expect([await appsFound(), await appsFound()]).toEqual([`${app}2`, `${app}2`]);
});

test("a key of one app sees the accounts of no other, and one without a right learns nothing of either", async () => {
  const { ask, makeKey, store } = await setup();
  await installed(store, "mine");
  await installed(store, "foreign", "@other/app");
  const bound = (await makeKey([...apiRights], app)).key;
  expect((await ask(bound, "/v1/accounts")).json().accounts).toMatchObject([{ accountId: "mine" }]);
  const plain = async (path: string) => {
    const { status, json } = await ask(bound, path);
    const { instance: _, ...problem } = json();
    return { status, problem };
  };
  const unknown = await plain("/v1/accounts/unknown");
  expect(unknown).toMatchObject({ status: 404, problem: { code: "ERR_NOT_FOUND" } });
  expect(await plain("/v1/accounts/foreign")).toEqual(unknown);
  expect(await plain("/v1/accounts/foreign?app=%40other%2Fapp")).toEqual(unknown);
  // Lists too, whether the other app is there or not, and in the same words.
  const listed = ["accounts", "records/things", "changes?consumer=c"].map((list) =>
    ["@other/app", "@no/body"].map((other) =>
      plain(`/v1/${list}${list.includes("?") ? "&" : "?"}app=${encodeURIComponent(other)}`),
    ),
  );
  const answers = await Promise.all(listed.flat());
  expect(answers[0]?.problem).toMatchObject({ code: "ERR_NOT_FOUND", detail: expect.stringContaining(app) });
  for (const answer of answers) expect(answer).toEqual(answers[0]);

  const weak = (await makeKey(["proxy"])).key;
  const refused = await Promise.all(["mine", "unknown"].map((id) => ask(weak, `/v1/accounts/${id}`)));
  expect(refused.map(({ status }) => status)).toEqual([403, 403]);
  const reader = (await makeKey(["accounts:read"])).key;
  expect((await ask(reader, "/v1/accounts/mine", { method: "PATCH", body: "{}" })).status).toBe(403);
});

test("what a request gets wrong is named by its field", async () => {
  const { ask, makeKey, store } = await setup();
  const { key } = await makeKey(["accounts:read", "accounts:write"]);
  await installed(store, "mine");
  const patch = (body: unknown) =>
    ask(key, "/v1/accounts/mine", {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const answers = [
    [await ask(key, "/v1/accounts?limit=0"), "query/limit"],
    [await ask(key, "/v1/accounts?after=nonsense"), "query/after"],
    [await ask(key, "/v1/accounts?state=gone"), "query/state"],
    [await ask(key, "/v1/accounts?stat=active"), "query"],
    [await patch({ state: "paused" }), "body"],
    [await patch({ reference: "x".repeat(201) }), "body/reference"],
    [await patch({ reference: "a\u001b[2J" }), "body/reference"],
    [await patch({ metadata: { "a.b": "1" } }), "body/metadata/a.b"],
    [
      await patch({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`n${n}`, ""])) }),
      "body/metadata",
    ],
  ] as const;
  for (const [{ status, json }, field] of answers) {
    expect(json()).toMatchObject({ code: "ERR_REQUEST_INVALID", violations: [{ field }] });
    expect(status).toBe(400);
  }
  expect((await patch("{")).json()).toMatchObject({
    code: "ERR_REQUEST_INVALID",
    detail: "The body is not JSON.",
  });
  // Many clients say JSON of whatever they post: what takes no body takes an empty one.
  const run = await ask((await makeKey(["syncs:write"])).key, "/v1/accounts/mine/syncs/nope/run", {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  expect([run.status, run.json().code]).toEqual([409, "ERR_WRONG_STATE"]);
  expect((await patch(JSON.stringify({ reference: "x".repeat(70_000) }))).status).toBe(413);
  const xml = await ask(key, "/v1/accounts/mine", {
    method: "PATCH",
    headers: { "content-type": "text/xml" },
    body: "<a/>",
  });
  expect([xml.status, xml.json().code]).toEqual([415, "ERR_MEDIA_TYPE"]);
});
