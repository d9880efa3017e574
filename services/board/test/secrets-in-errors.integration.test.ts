// Each client's error with a secret of the configuration in it, provoked on real servers: nothing of it is in
// the log.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connected, connectProducer } from "@fleetkeeper/redis";
import { openStore } from "@fleetkeeper/store";
import { createLog } from "@fleetkeeper/telemetry";
import { allowInsecureRequests, ClientSecretBasic, clientCredentialsGrant, discovery } from "openid-client";
import { expect, inject, onTestFinished, test } from "vitest";
import { readConfig } from "../src/config.ts";

const canary = "c4nary/9f2b-b04rd+secret";
const percent = encodeURIComponent(canary);
const inBase64 = [0, 1, 2].map((before) =>
  Buffer.from("x".repeat(before) + canary)
    .toString("base64")
    .slice(4, 28),
);

test("no error of a client of Redis, MongoDB or OpenID Connect carries a secret into the log", async () => {
  const provider = await startProvider();
  const redisUrl = withPassword(inject("redisUrl"));
  const mongodbUrl = withPassword(inject("mongodbUrl"));
  readConfig({
    REDIS_URL: redisUrl,
    MONGODB_URL: mongodbUrl,
    BOARD_USER: "operator",
    BOARD_PASSWORD: canary,
    BOARD_OIDC_ISSUER: provider.href,
    BOARD_OIDC_CLIENT_ID: "board",
    BOARD_OIDC_CLIENT_SECRET: canary,
    BOARD_PUBLIC_URL: "http://127.0.0.1:1/",
  });
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const log = createLog({ service: "test", level: "trace", destination });

  const redis = connectProducer(redisUrl);
  onTestFinished(() => redis.disconnect());
  const refused = new Promise<unknown>((resolve) => redis.once("error", resolve));
  await connected(redis, 500).catch((error) => log.error({ error }, "redis"));
  log.error({ error: await refused }, "redis refused");
  await openStore({ mongodbUrl, indexes: "leave", connectWithinMs: 2_000 })
    .then((store) => store.close())
    .catch((error) => log.error({ error }, "mongodb"));
  const client = await discovery(provider, "board", undefined, ClientSecretBasic(canary), {
    execute: [allowInsecureRequests],
  });
  await clientCredentialsGrant(client, { scope: "x" }).catch((error) => log.error({ error }, "oidc"));
  log.error({ error: new Error(`connect to ${redisUrl} and ${mongodbUrl}`) }, "as a message");

  const logged = written.join("");
  const lines = logged
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(["redis", "redis refused", "mongodb", "oidc", "as a message"]),
  );
  const found = [canary, percent, ...inBase64].filter((secret) => logged.includes(secret));
  expect(found).toEqual([]);
  expect(logged).toContain("[redacted]");
});

function withPassword(address: string): string {
  const url = new URL(address);
  url.username = "someone";
  url.password = percent;
  return url.href.replace(percent.replaceAll("%", "%25"), percent);
}

/** Finds the client's secret wrong, and quotes it. */
async function startProvider(): Promise<URL> {
  const server = createServer((request, response) => {
    const issuer = `http://${request.headers.host}/`;
    const isToken = request.url === "/token";
    response.writeHead(isToken ? 401 : 200, {
      "content-type": "application/json",
      ...(isToken && { "www-authenticate": "Basic" }),
    });
    const refusal = {
      error: "invalid_client",
      error_description: `${request.headers.authorization} is wrong`,
    };
    response.end(JSON.stringify(isToken ? refusal : { issuer, token_endpoint: `${issuer}token` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
