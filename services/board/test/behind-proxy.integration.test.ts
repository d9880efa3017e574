import { expect, inject, test } from "vitest";
import { cookiesOf, csrfTokenOf, logIn, operator, startBoard } from "./board-world.ts";
import { idOf, seedAccounts } from "./seed-accounts.ts";

test.each([
  ["https://board.example", "board.example:443", 303],
  ["http://board.example", "board.example:80", 303],
  ["https://board.example", "board.example", 303],
  ["https://board.example", "board.example:8443", 403],
  ["https://evil.example", "board.example:443", 403],
])("a login from %s with the Host %s is answered with %i", async (origin, host, status) => {
  const { url, server } = await startBoard(inject("redisUrl"));
  const page = await fetch(`${url}/login`);
  const answer = await server.inject({
    method: "POST",
    url: "/login",
    headers: { origin, host, cookie: cookiesOf(page), "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({
      _csrf: csrfTokenOf(await page.text()),
      user: operator.name,
      password: operator.password,
    }).toString(),
  });
  expect(answer.statusCode).toBe(status);
});

test("the public URL is the board's own origin, with any Host that a proxy sends", async () => {
  const publicUrl = new URL("https://board.example");
  const { url, server } = await startBoard(inject("redisUrl"), { publicUrl });
  const cookie = await logIn(url, operator);
  const send = (origin: string) =>
    server.inject({ method: "POST", url: "/logout", headers: { origin, host: "inner:3001", cookie } });
  const [own, foreign] = [await send("https://board.example"), await send("https://other.example")];
  // The form's token is missing, so that neither goes through; only the foreign one is refused before that.
  expect([own.statusCode, foreign.statusCode]).toEqual([403, 403]);
  const login = await fetch(`${url}/login`, { redirect: "manual" });
  const answer = await server.inject({
    method: "POST",
    url: "/login",
    headers: {
      origin: "https://board.example",
      host: "inner:3001",
      cookie: cookiesOf(login),
      "content-type": "application/x-www-form-urlencoded",
    },
    payload: new URLSearchParams({
      _csrf: csrfTokenOf(await login.text()),
      user: operator.name,
      password: operator.password,
    }).toString(),
  });
  expect(answer.statusCode).toBe(303);
});

test("behind TLS every cookie is for TLS, also where the configuration does not know of it", async () => {
  const { server } = await startBoard(inject("redisUrl"));
  const cookiesBy = async (headers: Record<string, string>) =>
    [(await server.inject({ url: "/login", headers })).headers["set-cookie"] ?? []].flat().map(String);
  for (const proto of ["https", "https, http", "HTTPS"]) {
    const cookies = await cookiesBy({ "x-forwarded-proto": proto });
    expect(cookies).not.toEqual([]);
    for (const cookie of cookies) expect(cookie).toMatch(/; Secure$/);
  }
  for (const cookie of await cookiesBy({})) expect(cookie).not.toContain("Secure");
});

test("below a path every address of ours keeps the path, whether the proxy leaves it or takes it off", async () => {
  const publicUrl = new URL("https://example.com/fleet/");
  const { url, mongodbUrl } = await startBoard(inject("redisUrl"), { publicUrl });
  await seedAccounts(mongodbUrl, ["4711"]);
  const cookie = await logIn(`${url}/fleet`.replace("/fleet", ""), operator);
  const account = `/accounts/${encodeURIComponent(idOf("4711"))}`;
  for (const prefix of ["/fleet", ""])
    for (const path of ["/", "/accounts", account, `${account}/do/pause`, "/queues/"]) {
      const answer = await fetch(url + prefix + path, { headers: { cookie, accept: "text/html" } });
      const page = await answer.text();
      expect([path, answer.status]).toEqual([path, 200]);
      const addresses = [...page.matchAll(/\s(?:href|src|action|data-live)="(\/[^"]*)"/g)].map(
        ([, to]) => to,
      );
      expect(addresses.length).toBeGreaterThan(2);
      expect(addresses.filter((to) => !to?.startsWith("/fleet/"))).toEqual([]);
    }
  const style = /href="(\/fleet\/assets\/board[^"]+)"/.exec(
    await (await fetch(`${url}/fleet/login`)).text(),
  )?.[1];
  expect((await fetch(url + style)).status).toBe(200);
  const out = await fetch(`${url}/fleet/login`, { redirect: "manual", headers: { cookie } });
  expect([out.status, out.headers.get("location")]).toEqual([303, "/fleet/"]);
  expect((await fetch(`${url}/fleeting/login`)).status).toBe(401);
});
