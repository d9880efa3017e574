import { type Generation, installationIdOf } from "@fleetkeeper/model";
import { createSeal, generateSealingKey, generateSigningKey } from "@fleetkeeper/sealing";
import { expect, test } from "vitest";
import { app, setup } from "../world.ts";
import { problemsOf } from "./problems-of.ts";

test("a public sealing key without its private half", async () => {
  const { publicKey } = await generateSealingKey();
  const extra = { SEALING_PUBLIC_KEY: JSON.stringify(publicKey) };
  expect((await problemsOf(await setup(), ["sealing"], extra)).codes).toEqual([
    "SEALING_PRIVATE_HALF_MISSING",
  ]);
});

test("a public and a private sealing key of one id that are not of one pair", async () => {
  const world = await setup();
  const { kid } = JSON.parse(world.env.SEALING_PUBLIC_KEY ?? "");
  const { publicKey } = await generateSealingKey({ keyId: kid });
  const extra = { SEALING_PUBLIC_KEY: JSON.stringify(publicKey) };
  expect((await problemsOf(world, ["sealing"], extra)).codes).toEqual(["SEALING_HALVES_DIFFER"]);
});

test("a signing key of the ingress that the worker does not know", async () => {
  const extra = { INGRESS_SIGNING_KEY: JSON.stringify((await generateSigningKey()).privateKey) };
  expect((await problemsOf(await setup(), ["sealing"], extra)).codes).toEqual(["INGRESS_KEYS_DIFFER"]);
});

test("a stored credential that is sealed with a key that is not there", async () => {
  const world = await setup();
  const { publicKey } = await generateSealingKey();
  const installationId = installationIdOf(app, "lost");
  const sealedCredential = await (await createSeal(publicKey))("secret", {
    installationId,
    purpose: "credential",
  });
  await world.store.credentials.add(
    {
      installationId,
      irisAppId: app,
      accountId: "lost",
      generation: "1" as Generation,
      sealedCredential,
      clientIdFingerprint: "f",
      receivedAt: new Date(),
    },
    { requestedScopes: [], sealKeyId: publicKey.kid ?? "" },
  );
  const { codes, problems } = await problemsOf(world, ["sealing"]);
  expect(codes).toEqual(["STORED_CREDENTIALS_CLOSED"]);
  expect(problems[0]?.says).toContain(
    `ERR_SEAL_UNKNOWN_KEY (key ${publicKey.kid}), the first of ${installationId}`,
  );
});

test.each<[name: string, extra: Record<string, string>, says: string]>([
  ["no app", { TRACKUNIT_APP_IDS: " , " }, "TRACKUNIT_APP_IDS: names nothing"],
  [
    "a private key where a public one belongs",
    { SEALING_PUBLIC_KEY: '{"kty":"RSA","kid":"1","d":"x"}' },
    "is a private key",
  ],
  [
    "public keys where private ones belong",
    { SEALING_PRIVATE_KEYS: '{"keys":[{"kty":"RSA","kid":"1"}]}' },
    "SEALING_PRIVATE_KEYS: ",
  ],
  ["a namespace that Redis Cluster would not like", { REDIS_NAMESPACE: "a:b" }, "REDIS_NAMESPACE: may hold"],
  [
    "a secret file that is not there",
    { SEALING_PUBLIC_KEY: "", SEALING_PUBLIC_KEY_FILE: "/no/such" },
    "cannot be read (ENOENT)",
  ],
])("a configuration with %s", async (_name, extra, says) => {
  const { codes, problems } = await problemsOf(await setup(), ["configuration"], extra);
  expect(codes).toEqual(["CONFIGURATION_FAULT"]);
  expect(problems[0]?.says).toContain(says);
});
