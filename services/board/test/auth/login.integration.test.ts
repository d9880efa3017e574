import { get as httpGet, type IncomingMessage } from "node:http";
import type {} from "@fleetkeeper/local-stack";
import { expect, inject, test, vi } from "vitest";
import {
  basic,
  cookiesOf,
  csrfTokenOf,
  logIn,
  operator,
  postLogin,
  startBoard,
  viewer,
} from "../board-world.ts";

const redisUrl = inject("redisUrl");
const wrong = { ...operator, password: "not-the-password" };

test("without a login everything is 401, addresses that do not exist included", async () => {
  const { url } = await startBoard(redisUrl);
  for (const path of [
    "/",
    "/queues",
    "/queues/",
    "/queues/api/queues",
    "/metrics",
    "/nowhere",
    "/queues/nowhere",
  ]) {
    const response = await fetch(url + path);
    expect([path, response.status]).toEqual([path, 401]);
    expect(await response.json()).toMatchObject({
      error: { code: "ERR_NOT_LOGGED_IN", message: "Log in first." },
    });
  }
});

test("a browser gets the login page in place of the requested page, with status 401", async () => {
  const { url } = await startBoard(redisUrl);
  const response = await fetch(`${url}/queues/queue/sync?status=failed`, {
    headers: { accept: "text/html" },
  });
  const page = await response.text();
  expect(response.status).toBe(401);
  expect(page).toContain('name="next" value="/queues/queue/sync?status=failed"');
});

test("the probes are open", async () => {
  const { url } = await startBoard(redisUrl);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 30_000 });
});

test("the login form leads to the requested page, with a cookie that scripts and other sites cannot use", async () => {
  const { url, logText } = await startBoard(redisUrl);
  const response = await postLogin(url, operator, { next: "/queues/queue/sync" });
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe("/queues/queue/sync");
  const cookie = response.headers.getSetCookie().find((text) => text.startsWith("fleetkeeper="));
  expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(logText()).toContain('"user":"olive","role":"operator"');
  expect(logText()).not.toContain(operator.password);
});

test("secure cookies are bound to the host", async () => {
  const { url } = await startBoard(redisUrl, { secureCookies: true });
  const page = await fetch(`${url}/login`, { headers: { accept: "text/html" } });
  expect(page.headers.getSetCookie()[0]).toMatch(
    /^__Host-fleetkeeper-csrf=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  expect(page.headers.get("strict-transport-security")).toContain("max-age=");
});

test("the login leads nowhere outside the board", async () => {
  const { url } = await startBoard(redisUrl);
  const response = await postLogin(url, operator, { next: "//evil.example/" });
  expect(response.headers.get("location")).toBe("/");
});

test("HTTP Basic works everywhere, for scripts and monitoring", async () => {
  const { url } = await startBoard(redisUrl);
  const get = (path: string) => fetch(url + path, { headers: { authorization: basic(viewer) } });
  expect(await (await get("/metrics")).text()).toContain("process_cpu_seconds_total");
  expect((await get("/queues/api/queues")).status).toBe(200);
  expect((await get("/nowhere")).status).toBe(404);
  expect((await get("/nowhere")).headers.get("connection")).toBe("keep-alive");
  // No other client's connection stays open. `fetch` could use one of those above.
  const other = await new Promise<IncomingMessage>((resolve, reject) =>
    httpGet(`${url}/login`, { agent: false, headers: { connection: "keep-alive" } }, resolve).on(
      "error",
      reject,
    ),
  );
  other.resume();
  expect(other.headers.connection).toBe("close");
});

test("wrong passwords are refused, then limited, without a trace of what was typed", async () => {
  const { url, logText } = await startBoard(redisUrl, { guessLimit: { perClient: 3 } });
  for (let count = 0; count < 3; count += 1) expect((await postLogin(url, wrong)).status).toBe(401);
  const limited = await postLogin(url, operator);
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await fetch(url, { headers: { authorization: basic(operator) } })).status).toBe(429);
  expect(logText()).not.toContain(wrong.password);
});

test("parallel guesses by HTTP Basic are limited as well", async () => {
  const { url } = await startBoard(redisUrl, { guessLimit: { perClient: 3 } });
  const guesses = Array.from({ length: 20 }, () => fetch(url, { headers: { authorization: basic(wrong) } }));
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(3);
  expect(statuses.filter((status) => status === 429)).toHaveLength(17);
});

test("behind a trusted proxy each client has its own tries, and no other sender can claim an address", async () => {
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const behindProxy = await startBoard(redisUrl, {
    guessLimit: { perClient: 1 },
    trustedProxies: ["127.0.0.1"],
  });
  await postLogin(behindProxy.url, wrong, from("192.0.2.1"));
  expect((await postLogin(behindProxy.url, operator, from("192.0.2.1"))).status).toBe(429);
  expect((await postLogin(behindProxy.url, operator, from("192.0.2.2"))).status).toBe(303);
  const direct = await startBoard(redisUrl, { guessLimit: { perClient: 1 } });
  await postLogin(direct.url, wrong, from("192.0.2.1"));
  expect((await postLogin(direct.url, operator, from("192.0.2.2"))).status).toBe(429);
});

test("a browser that has logged in before still gets in while its address is limited, and its session lives on", async () => {
  const { url } = await startBoard(redisUrl, { guessLimit: { perClient: 3 } });
  const cookie = await logIn(url, operator);
  for (let count = 0; count < 5; count += 1) await postLogin(url, wrong);
  expect((await postLogin(url, operator)).status).toBe(429);
  expect((await fetch(url, { headers: { cookie } })).status).toBe(200);
  const knownBrowser = cookie.split("; ").find((text) => text.startsWith("fleetkeeper-browser=")) ?? "";
  expect((await postLogin(url, operator, { cookie: knownBrowser })).status).toBe(303);
});

test("a viewer does not get more guesses at the operator by collecting browsers", async () => {
  const { url } = await startBoard(redisUrl, { guessLimit: { perClient: 3 } });
  const statuses: number[] = [];
  for (let browsers = 0; browsers < 4; browsers += 1) {
    const cookie = await logIn(url, viewer);
    const browser = cookie.split("; ").find((text) => text.startsWith("fleetkeeper-browser=")) ?? "";
    for (let count = 0; count < 3; count += 1)
      statuses.push((await postLogin(url, wrong, { cookie: browser })).status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(3);
  expect(statuses.filter((status) => status === 429)).toHaveLength(9);
});

test("wrong guesses from behind an unnamed proxy lock out neither other users nor known browsers, and are reported", async () => {
  const { url, logText } = await startBoard(redisUrl);
  const headers = { "x-forwarded-for": "192.0.2.66" };
  const cookie = await logIn(url, operator);
  const known = cookie.split("; ").find((text) => text.startsWith("fleetkeeper-browser=")) ?? "";
  for (let count = 0; count < 10; count += 1) await postLogin(url, wrong, { headers });
  expect((await postLogin(url, wrong, { headers })).status).toBe(429);
  expect((await postLogin(url, viewer, { headers })).status).toBe(303);
  expect((await postLogin(url, operator, { headers, cookie: known })).status).toBe(303);
  expect(logText().split("BOARD_TRUSTED_PROXIES does not name")).toHaveLength(2);
});

test("who logs in or out, and who is refused, is in the audit log, the refused ones up to a bound", async () => {
  const { url, store } = await startBoard(redisUrl, { guessLimit: { perClient: 100 } });
  await logIn(url, operator);
  for (let count = 0; count < 25; count += 1) await fetch(url, { headers: { authorization: basic(wrong) } });
  const logins = await store.audit.ofTopic("logins", 10);
  expect(logins).toMatchObject([{ who: "olive", action: "log in", address: "127.0.0.1" }]);
  const refused = await store.audit.ofTopic("refused-logins", 100);
  expect(refused).toHaveLength(20);
  expect(refused[0]).toMatchObject({ who: "olive", action: "refused login", address: "127.0.0.1" });
});

test("a login form without its token, or from another site, is refused", async () => {
  const { url } = await startBoard(redisUrl);
  const page = await fetch(`${url}/login`, { headers: { accept: "text/html" } });
  const [cookie, token] = [cookiesOf(page), csrfTokenOf(await page.text())];
  const post = (headers: Record<string, string>, _csrf: string) =>
    fetch(`${url}/login`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, ...headers },
      body: new URLSearchParams({ user: operator.name, password: operator.password, _csrf }),
    });
  for (const response of [
    await post({ origin: url }, ""),
    await post({ origin: url }, "x"),
    await post({ origin: "https://evil.example" }, token),
    await post({ origin: "null" }, token),
    await post({ origin: url, "sec-fetch-site": "cross-site" }, token),
    await post({ origin: url, "sec-fetch-site": "same-site" }, token),
    await post({}, token),
  ]) {
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "ERR_FORGED_REQUEST" } });
  }
  expect((await post({ origin: url, "sec-fetch-site": "same-origin" }, token)).status).toBe(303);
});

test("the logout ends the session, for a copy of the cookie too", async () => {
  const { url } = await startBoard(redisUrl);
  const cookie = await logIn(url, viewer);
  const page = await fetch(url, { headers: { cookie } });
  const response = await fetch(`${url}/logout`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: [cookie, cookiesOf(page)].join("; "), origin: url },
    body: new URLSearchParams({ _csrf: csrfTokenOf(await page.text()) }),
  });
  expect([response.status, response.headers.get("location")]).toEqual([303, "/login"]);
  expect((await fetch(url, { headers: { cookie } })).status).toBe(401);
});

test("a session outlives a restart of the board when the session key is given, and no other board's", async () => {
  const sessionKeys = ["0123456789abcdef0123456789abcdef"];
  const first = await startBoard(redisUrl, { sessionKeys });
  const cookie = await logIn(first.url, operator);
  const second = await startBoard(redisUrl, { sessionKeys });
  const other = await startBoard(redisUrl);
  expect((await fetch(second.url, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(other.url, { headers: { cookie } })).status).toBe(401);
});

test("sessions, and forms that are open, survive a new session key, and end with the key that made them", async () => {
  const [old, next] = ["old".padEnd(32, "0"), "next".padEnd(32, "0")];
  const before = await startBoard(redisUrl, { sessionKeys: [old] });
  const cookie = await logIn(before.url, operator);
  const form = await fetch(before.url, { headers: { cookie } });
  const cookies = [cookie, cookiesOf(form)].join("; ");
  const body = new URLSearchParams({ _csrf: csrfTokenOf(await form.text()) });

  const between = await startBoard(redisUrl, { sessionKeys: [next, old] });
  const young = await logIn(between.url, operator);
  const after = await startBoard(redisUrl, { sessionKeys: [next] });
  const statusAt = async ({ url }: { url: string }, mine: string) =>
    (await fetch(url, { headers: { cookie: mine } })).status;
  expect(await Promise.all([between, after].map((board) => statusAt(board, cookie)))).toEqual([200, 401]);
  expect(await Promise.all([between, after].map((board) => statusAt(board, young)))).toEqual([200, 200]);
  const out = await fetch(`${between.url}/logout`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookies, origin: between.url },
    body,
  });
  expect([out.status, out.headers.get("location")]).toEqual([303, "/login"]);
});

test("an idle session ends", async () => {
  let now = new Date();
  const { url } = await startBoard(redisUrl, { now: () => now });
  const cookie = await logIn(url, operator);
  now = new Date(now.getTime() + 30 * 60_000);
  const renewed = await fetch(url, { headers: { cookie } });
  expect(renewed.status).toBe(200);
  now = new Date(now.getTime() + 45 * 60_000);
  expect((await fetch(url, { headers: { cookie } })).status).toBe(401);
  expect((await fetch(url, { headers: { cookie: cookiesOf(renewed) } })).status).toBe(200);
});

test("every page has headers that keep it to itself", async () => {
  const { url } = await startBoard(redisUrl);
  const { headers } = await fetch(url, { headers: { authorization: basic(operator) } });
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toBe("no-store");
});

test("without Redis the session holds and the overview says what is missing", async () => {
  const { url, redis, logText } = await startBoard(redisUrl);
  const headers = { cookie: await logIn(url, operator), accept: "text/html" };
  redis.disconnect();
  const response = await fetch(url, { headers });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("Redis does not answer");
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  const queues = await fetch(`${url}/queues/api/queues`, { headers: { cookie: headers.cookie } });
  expect(queues.status).toBe(500);
  expect(logText()).toContain("ended sessions cannot be read or written");
});
