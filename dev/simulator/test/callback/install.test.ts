import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answering, type TestRequest } from "@fleetkeeper/test-worlds";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { setup } from "../setup.ts";

/** An app that notes what it gets and answers as told. */
async function startApp(status = 202, answer = '{"accepted":true}') {
  const received: TestRequest[] = [];
  const server = createServer(
    answering((request, response) => {
      received.push(request);
      response.writeHead(status).end(answer);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}/appinstall` };
}

test("an install posts the account's credential with a token that verifies", async () => {
  const app = await startApp();
  const { simulator, clock } = await setup({ callbackUrl: app.url });
  const account = simulator.addAccount();
  expect(await simulator.install(account.accountId)).toEqual({ status: 202, body: { accepted: true } });
  const [callback] = app.received;
  expect(callback?.method).toBe("POST");
  expect(callback?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(callback?.body ?? "")).toEqual({
    type: "INSTALLED",
    irisAppId: "@fleetkeeper/demo",
    accountId: account.accountId,
    clientId: account.clientId,
    clientSecret: account.clientSecret,
  });
  const token = String(callback?.headers["trackunit-identity"]);
  const keys = createRemoteJWKSet(new URL(simulator.jwksUrl));
  const { payload } = await jwtVerify(token, keys, { currentDate: clock.now() });
  expect(payload.sub).toBe(account.accountId);
});

test("only an install that asks for it brings a new secret", async () => {
  const app = await startApp();
  const { simulator } = await setup({ callbackUrl: app.url });
  const { accountId } = simulator.addAccount();
  await simulator.install(accountId);
  await simulator.install(accountId);
  await simulator.install(accountId, { newSecret: true });
  const [first, second, third] = app.received.map(({ body }) => JSON.parse(body).clientSecret);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("type, app, extra keys, prefix and token can be chosen", async () => {
  const app = await startApp();
  const { simulator } = await setup();
  const { accountId } = simulator.addAccount();
  const usual = { callbackUrl: app.url };
  await simulator.install(accountId, {
    ...usual,
    type: "OTHER",
    irisAppId: "@a/b",
    extra: { more: 1 },
    bearer: true,
  });
  await simulator.install(accountId, { ...usual, token: "not-a-token" });
  await simulator.install(accountId, { ...usual, token: null });
  const [first, second, third] = app.received;
  expect(JSON.parse(first?.body ?? "")).toMatchObject({ type: "OTHER", irisAppId: "@a/b", more: 1 });
  expect(first?.headers["trackunit-identity"]).toMatch(/^Bearer ey/);
  expect(second?.headers["trackunit-identity"]).toBe("not-a-token");
  expect(third?.headers).not.toHaveProperty("trackunit-identity");
});

test("a refusal is an answer, and silence an error that keeps its cause", async () => {
  const app = await startApp(503, "busy");
  const { simulator } = await setup();
  const account = simulator.addAccount();
  expect(await simulator.install(account.accountId, { callbackUrl: app.url })).toEqual({
    status: 503,
    body: "busy",
  });
  const unreachable = simulator.install(account.accountId, { callbackUrl: "http://127.0.0.1:1/" });
  await expect(unreachable).rejects.toMatchObject({
    code: "ERR_CALLBACK_UNREACHABLE",
    cause: expect.any(Error),
  });
  await expect(simulator.install(account.accountId)).rejects.toMatchObject({ code: "ERR_NO_CALLBACK_URL" });
  await expect(simulator.install("nobody")).rejects.toMatchObject({ code: "ERR_UNKNOWN_ACCOUNT" });
});
