// Every attack of the tables beside this file, against a running ingress: refused, by a stable code, and
// nothing queued.

import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { localKeys, type Refusal, verifyToken } from "@fleetkeeper/callbacks";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../world.ts";
import type { Loot } from "./attack.ts";
import { bodyAttacks } from "./body-attacks.ts";
import { tokenAttacks } from "./token-attacks.ts";

let world: World;
let loot: Omit<Loot, "soundToken">;
let asked = 0;
const attackersServer = createServer((_request, response) => {
  asked++;
  response.end("{}");
});

beforeAll(async () => {
  world = await createWorld();
  attackersServer.listen(0, "127.0.0.1");
  await once(attackersServer, "listening");
  const { keys } = (await (await fetch(world.simulator.jwksUrl)).json()) as {
    keys: { kty: string; kid: string; n?: string }[];
  };
  const [rsa, ec] = [keys.find(({ kty }) => kty === "RSA"), keys.find(({ kty }) => kty === "EC")];
  if (rsa === undefined || ec === undefined) throw new Error("the simulator publishes one key of each kind");
  const publicKey = createPublicKey({ key: rsa, format: "jwk" });
  const own = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  loot = {
    published: {
      kid: rsa.kid,
      pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
      der: publicKey.export({ type: "spki", format: "der" }),
      jwk: JSON.stringify(rsa),
      modulus: Buffer.from(rsa.n ?? "", "base64url"),
    },
    ellipticKid: ec.kid,
    own: {
      rsa: own.privateKey,
      ec: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
      jwk: { ...own.publicKey.export({ format: "jwk" }) },
    },
    ownServer: `http://127.0.0.1:${(attackersServer.address() as AddressInfo).port}/`,
  };
});

afterAll(async () => {
  expect(asked).toBe(0);
  expect(await world.queued()).toEqual([]);
  expect(await world.callback()).toMatchObject({ status: 202 });
  await world.close();
  attackersServer.close();
});

const json = { "content-type": "application/json" };

test.each(tokenAttacks)("a token: $name ($source)", async ({ token, refusedWith }) => {
  const soundToken = await world.simulator.signCallbackToken();
  const answer = await world.post(world.bodyOf(), {
    ...json,
    "trackunit-identity": token({ ...loot, soundToken }),
  });
  expect(refusedWith).toContain(answer.code);
  expect(answer.body).toEqual({ error: { code: answer.code, message: expect.any(String) } });
});

test("each token is refused for the reason that jose gives", async () => {
  const keySet = (await (await fetch(world.simulator.jwksUrl)).json()) as JSONWebKeySet;
  const soundToken = await world.simulator.signCallbackToken();
  const rules = { keyFor: localKeys(keySet), issuer: undefined, audience: undefined, maxAgeMs: 300_000 };
  const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
  const keys = createLocalJWKSet(keySet);
  const codeOf = (error: { code?: string; name: string }) => error.code ?? error.name;
  for (const { name, token } of [{ name: "none", token: () => soundToken }, ...tokenAttacks]) {
    const sent = token({ ...loot, soundToken });
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(sent)) continue;
    const [ours, joses] = await Promise.all([
      verifyToken(sent, rules, new Date()).then(
        () => "accepted",
        ({ reason }: Refusal) => reason,
      ),
      jwtVerify(sent, keys, { algorithms }).then(() => "accepted", codeOf),
    ]);
    expect([name, ours]).toEqual([name, joses]);
  }
});

test.each(bodyAttacks)("a body: $name ($source)", async ({ body, headers, refusedWith }) => {
  const answer = await world.post(body(world.bodyOf()) as string, {
    ...json,
    "trackunit-identity": await world.simulator.signCallbackToken(),
    ...headers,
  });
  expect(refusedWith).toContain(answer.code);
  expect(answer.body).toEqual({ error: { code: answer.code, message: expect.any(String) } });
});
