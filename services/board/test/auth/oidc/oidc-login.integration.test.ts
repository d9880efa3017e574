import type {} from "@fleetkeeper/local-stack";
import { expect, inject, test, vi } from "vitest";
import { logIn, operator, postLogin, startBoard } from "../../board-world.ts";
import { idOf, seedAccounts } from "../../seed-accounts.ts";
import { type ProviderOptions, plan, startProvider, startWorld } from "./provider-world.ts";
import { travel } from "./traveller.ts";

const redisUrl = inject("redisUrl");
const installationId = idOf("account-1");
const account = `/accounts/${encodeURIComponent(installationId)}`;

async function codeOf(response: Response): Promise<string | undefined> {
  return /ERR_[A-Z_]+/.exec(await response.text())?.[0];
}

test("an operator logs in through the provider, lands where they wanted to go, and acts under their name", async () => {
  const { url, store, mongodbUrl, logText } = await startWorld(redisUrl);
  await seedAccounts(mongodbUrl, ["account-1"]);
  const opal = travel(url);
  const back = await opal.logIn("sub-opal", account);
  expect([back.status, back.headers.get("location")]).toEqual([303, account]);
  expect(back.headers.getSetCookie().find((text) => text.startsWith("fleetkeeper="))).toMatch(
    /; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect((await opal.submit(`${account}/do/pause`)).status).toBe(303);
  const [last] = await store.audit.of(installationId, 1);
  expect(last).toMatchObject({ who: "opal", action: "pause" });
  expect(logText()).toContain('"user":"opal","role":"operator","via":"oidc"');
  expect(logText()).toContain('"subject":"sub-opal"');
});

test("a viewer sees everything and is refused what changes something", async () => {
  const { url, mongodbUrl } = await startWorld(redisUrl, { thick: true });
  await seedAccounts(mongodbUrl, ["account-1"]);
  const vera = travel(url);
  await vera.logIn("sub-vera");
  const page = await (await vera.get("/")).text();
  expect(page).toContain("vera");
  const refused = await vera.submit("/", {}, `${account}/do/pause`);
  expect([refused.status, await codeOf(refused)]).toEqual([403, "ERR_READ_ONLY_ROLE"]);
});

test("a user without a role of the board is refused, and the log says which values the provider sent", async () => {
  const { url, logText } = await startWorld(redisUrl);
  const nils = travel(url);
  const back = await nils.logIn("sub-nils");
  const page = await back.text();
  expect(back.status).toBe(403);
  expect(page).toContain("ERR_OIDC_NO_ROLE");
  expect(page).toContain('href="/login"');
  expect((await nils.get("/")).status).toBe(401);
  expect(logText()).toContain('"roleValues":["accounting"]');
});

test("if no user has a password, the provider is the only way to log in", async () => {
  const { url } = await startWorld(redisUrl, {}, { users: [] });
  const page = await (await fetch(`${url}/login`)).text();
  expect(page).toContain("/login/oidc");
  expect(page).not.toContain('type="password"');
  const form = new URLSearchParams({ user: operator.name, password: operator.password });
  expect((await fetch(`${url}/login`, { method: "POST", body: form, redirect: "manual" })).status).toBe(401);
  for (const credentials of ["olive:olives-long-password", ":", "undefined:undefined"]) {
    const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    expect((await fetch(`${url}/accounts`, { headers: { authorization } })).status).toBe(401);
  }
  expect((await travel(url).logIn("sub-opal")).status).toBe(303);
});

test("no user of the provider gets the name of a configured user", async () => {
  const { url } = await startWorld(redisUrl);
  const thief = travel(url);
  await thief.logIn("sub-thief");
  expect(await (await thief.get("/")).text()).toContain("<span>thief@example.com");
});

test("a callback with another's state, without its cookie, or without a code is refused and starts no session", async () => {
  const { url } = await startWorld(redisUrl);
  const [opal, vera] = [travel(url), travel(url)];
  const [opals, veras] = [await opal.arrive("sub-opal"), await vera.arrive("sub-vera")];
  const refused = [
    await opal.send(veras),
    // The one try of the cookie is over.
    await opal.send(opals),
    await travel(url).send(veras),
    await travel(url).get("/login/oidc/callback"),
    await travel(url).get("/login/oidc/callback?state=a&state=b&code=c"),
  ];
  for (const response of refused) {
    expect([response.status, await codeOf(response)]).toEqual([400, "ERR_OIDC_STATE"]);
    expect(response.headers.getSetCookie().join()).not.toMatch(/fleetkeeper=[^;]/);
  }
});

test("a callback that is sent again is refused, with a copy of the cookie too", async () => {
  const { url } = await startWorld(redisUrl);
  const opal = travel(url);
  const callback = await opal.arrive("sub-opal");
  const copy = opal.jar.get("fleetkeeper-oidc") ?? "";
  expect((await opal.send(callback)).status).toBe(303);
  expect(opal.jar.has("fleetkeeper-oidc")).toBe(false);
  const again = await travel(url).send(callback, { headers: { cookie: `fleetkeeper-oidc=${copy}` } });
  expect([again.status, await codeOf(again)]).toEqual([400, "ERR_OIDC_STATE"]);
});

test("without Redis a login works, and a callback that is sent again is refused by the provider", async () => {
  const { url, redis } = await startWorld(redisUrl);
  redis.disconnect();
  const opal = travel(url);
  const callback = await opal.arrive("sub-opal");
  const copy = opal.jar.get("fleetkeeper-oidc") ?? "";
  expect((await opal.send(callback)).status).toBe(303);
  const again = await travel(url).send(callback, { headers: { cookie: `fleetkeeper-oidc=${copy}` } });
  expect([again.status, await codeOf(again)]).toEqual([502, "ERR_OIDC_ANSWER"]);
});

test("a login that takes longer than ten minutes begins again", async () => {
  let now = new Date();
  const { url } = await startWorld(redisUrl, {}, { now: () => now });
  const opal = travel(url);
  const callback = await opal.arrive("sub-opal");
  now = new Date(now.getTime() + 10 * 60_000 + 1_000);
  const late = await opal.send(callback);
  expect([late.status, await codeOf(late)]).toEqual([400, "ERR_OIDC_STATE"]);
});

test.each<[what: string, options: ProviderOptions, inLog: string]>([
  ["another nonce", { forge: (claims) => ({ ...claims, nonce: "another" }) }, '"claim":"nonce"'],
  ["another audience", { forge: (claims) => ({ ...claims, aud: "another" }) }, '"claim":"aud"'],
  ["another issuer", { forge: (claims) => ({ ...claims, iss: "https://a.example" }) }, '"claim":"iss"'],
  ["an end that has passed", { forge: (claims) => ({ ...claims, exp: 1_000 }) }, '"claim":"exp"'],
  ["a foreign key's signature", { foreignKey: true }, '"code":"ERR_OIDC_ANSWER"'],
])("an ID token with %s is refused", async (_what, options, inLog) => {
  const { url, logText } = await startWorld(redisUrl, options);
  const opal = travel(url);
  const back = await opal.logIn("sub-opal");
  expect([back.status, await codeOf(back)]).toEqual([502, "ERR_OIDC_ANSWER"]);
  expect((await opal.get("/")).status).toBe(401);
  expect(logText()).toContain(inLog);
  expect(logText()).not.toMatch(/eyJ|a-client-secret|code_verifier/);
});

test("errors of the provider are shown in the board's own words", async () => {
  const { url, issuer, logText } = await startWorld(redisUrl);
  const answers: [error: string, status: number, code: string][] = [
    ["access_denied", 403, "ERR_OIDC_DENIED"],
    ["temporarily_unavailable", 503, "ERR_OIDC_AWAY"],
    ["invalid_scope", 502, "ERR_OIDC_ANSWER"],
    ["<script>CANARY</script>", 502, "ERR_OIDC_ANSWER"],
  ];
  for (const [error, status, code] of answers) {
    const visitor = travel(url);
    const toProvider = visitor.locationOf(await visitor.get("/login/oidc"));
    const state = new URL(toProvider).searchParams.get("state") ?? "";
    const query = new URLSearchParams({ error, error_description: "CANARY", state, iss: issuer });
    const response = await visitor.get(`/login/oidc/callback?${query}`);
    const page = await response.text();
    expect([error, response.status]).toEqual([error, status]);
    expect(page).toContain(code);
    expect(page + logText()).not.toContain("CANARY");
  }
});

test("the request to the provider has PKCE, state and nonce, and leads back to the board alone", async () => {
  const { url, issuer } = await startWorld(redisUrl);
  const visitor = travel(url);
  const begun = await visitor.get("/login/oidc?next=//evil.example/");
  const to = new URL(visitor.locationOf(begun));
  expect(to.origin).toBe(issuer);
  expect(Object.fromEntries(to.searchParams)).toMatchObject({
    response_type: "code",
    client_id: "fleetkeeper",
    scope: "openid profile email",
    redirect_uri: `${url}/login/oidc/callback`,
    code_challenge_method: "S256",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(begun.headers.getSetCookie().join()).toMatch(
    /fleetkeeper-oidc=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax/,
  );
  expect((await travel(url).logIn("sub-opal", "//evil.example/")).headers.get("location")).toBe("/");
});

test("answers that fail the checks are limited, and the password still works", async () => {
  const { url } = await startWorld(redisUrl, { foreignKey: true }, { guessLimit: { perClient: 2 } });
  for (let count = 0; count < 2; count += 1) expect((await travel(url).logIn("sub-opal")).status).toBe(502);
  const limited = await travel(url).logIn("sub-opal");
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await postLogin(url, operator)).status).toBe(303);
});

test("a provider that is unavailable at the start is shown on the login page, and found when it is back", async () => {
  const planned = await plan();
  const oidcTiming = { retryAfterMs: 50, timeoutMs: 1_000 };
  const { url } = await startBoard(redisUrl, { port: planned.boardPort, oidc: planned.oidc, oidcTiming });
  const visitor = travel(url);
  expect(await (await visitor.get("/login")).text()).toContain("has not answered since the board started");
  const refused = await visitor.get("/login/oidc");
  expect([refused.status, await codeOf(refused)]).toEqual([503, "ERR_OIDC_AWAY"]);
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 30_000 });
  expect((await postLogin(url, operator)).status).toBe(303);
  await startProvider(planned);
  await vi.waitFor(
    async () =>
      expect(await (await visitor.get("/login")).text()).toContain(`Log in with ${planned.issuer.host}`),
    { timeout: 10_000, interval: 50 },
  );
  expect((await visitor.logIn("sub-opal")).status).toBe(303);
});

test("a provider that fails during a login is reported, and that does not count as a guess", async () => {
  const { url, provider } = await startWorld(redisUrl, {}, { guessLimit: { perClient: 1 } });
  const [first, second] = [travel(url), travel(url)];
  const callbacks = [await first.arrive("sub-opal"), await second.arrive("sub-opal")];
  await provider.stop();
  for (const [index, visitor] of [first, second].entries()) {
    const response = await visitor.send(callbacks[index] ?? "");
    expect([response.status, await codeOf(response)]).toEqual([503, "ERR_OIDC_AWAY"]);
  }
});

test("the logout ends the board's session and offers the provider's", async () => {
  const { url, issuer } = await startWorld(redisUrl);
  const opal = travel(url);
  await opal.logIn("sub-opal");
  const out = await opal.submit("/", {}, "/logout");
  expect([out.status, out.headers.get("location")]).toEqual([303, "/login/oidc/logged-out"]);
  expect((await opal.get("/")).status).toBe(401);
  const loggedOut = await (await opal.get("/login/oidc/logged-out")).text();
  expect(loggedOut).toContain(`href="${issuer}/session/end?client_id=fleetkeeper"`);
});

test("logging out of a session begun with a password leads to the login page", async () => {
  const { url } = await startWorld(redisUrl);
  const olive = travel(url);
  for (const cookie of (await logIn(url, operator)).split("; ")) {
    const [name = "", value = ""] = cookie.split(/=(.*)/s);
    olive.jar.set(name, value);
  }
  expect((await olive.submit("/", {}, "/logout")).headers.get("location")).toBe("/login");
});

test("a change of who may log in ends the sessions; a board without OpenID Connect has no such routes", async () => {
  const sessionKeys = ["0123456789abcdef0123456789abcdef"];
  const planned = await plan();
  await startProvider(planned);
  const { boardPort: port, oidc } = planned;
  const first = await startBoard(redisUrl, { port, oidc, sessionKeys });
  const opal = travel(first.url);
  await opal.logIn("sub-opal");
  const cookie = `fleetkeeper=${opal.jar.get("fleetkeeper")}`;
  const same = await startBoard(redisUrl, { oidc, sessionKeys });
  expect((await fetch(same.url, { headers: { cookie } })).status).toBe(200);
  const stricter = oidc && { ...oidc, operatorRoles: ["another"] };
  const changed = await startBoard(redisUrl, { oidc: stricter, sessionKeys });
  expect((await fetch(changed.url, { headers: { cookie } })).status).toBe(401);
  const without = await startBoard(redisUrl, { sessionKeys });
  expect((await fetch(without.url, { headers: { cookie } })).status).toBe(401);
  expect((await travel(without.url).get("/login/oidc/callback")).status).toBe(401);
});
