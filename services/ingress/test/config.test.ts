import { generateSealingKey, generateSigningKey } from "@fleetkeeper/sealing";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

const { publicKey, privateKey } = await generateSealingKey({ algorithm: "ECDH-ES+A256KW" });
const signing = await generateSigningKey();
const required = {
  REDIS_URL: "redis://127.0.0.1",
  TRACKUNIT_APP_IDS: "@a/b, @a/c",
  SEALING_PUBLIC_KEY: JSON.stringify(publicKey),
  INGRESS_SIGNING_KEY: JSON.stringify(signing.privateKey),
};

test("the defaults are those of the documentation", () => {
  expect(readConfig(required)).toMatchObject({
    namespace: "fleetkeeper",
    keySetUrl: "https://iris.trackunit.com/api/marketplace/jwks",
    keySetMaxStaleMs: 86_400_000,
    allowedApps: new Set(["@a/b", "@a/c"]),
    issuer: undefined,
    audience: undefined,
    maxAgeMs: 300_000,
    host: "127.0.0.1",
    port: 3000,
    opsPort: 9464,
    logLevel: "info",
  });
});

test("an ingress without apps, Redis or sealing key does not start", () => {
  expect(() => readConfig({ TRACKUNIT_APP_IDS: " , " })).toThrow(
    expect.objectContaining({
      code: "ERR_CONFIGURATION",
      faults: expect.arrayContaining([
        expect.stringMatching(/^REDIS_URL: /),
        expect.stringMatching(/^TRACKUNIT_APP_IDS: /),
        expect.stringMatching(/^SEALING_PUBLIC_KEY: /),
        expect.stringMatching(/^INGRESS_SIGNING_KEY: /),
      ]),
    }),
  );
});

test("an ingress that is given the wrong half of its signing key does not start", () => {
  const INGRESS_SIGNING_KEY = JSON.stringify(signing.publicKey);
  expect(() => readConfig({ ...required, INGRESS_SIGNING_KEY })).toThrow(
    /INGRESS_SIGNING_KEY: is not a private Ed25519 key/,
  );
});

test("an ingress that is given a private key does not start", () => {
  const read = () => readConfig({ ...required, SEALING_PUBLIC_KEY: JSON.stringify(privateKey) });
  expect(read).toThrow(/SEALING_PUBLIC_KEY: is a private key/);
  expect(read).not.toThrow(privateKey.d as string);
});
