import { asInstallationId, type SealedText } from "@fleetkeeper/model";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "vitest";
import { type AcceptOptions, createAcceptCallback } from "../src/accept-callback.ts";

const { publicKey, privateKey } = await generateKeyPair("ES256");
const keyFor = createLocalJWKSet({ keys: [await exportJWK(publicKey)] });
const body = {
  type: "INSTALLED",
  irisAppId: "@a/b",
  accountId: "01234567-89ab-0def-0123-456789abcdef",
  clientId: "id",
  clientSecret: "secret",
};
const token = () => new SignJWT().setProtectedHeader({ alg: "ES256" }).setIssuedAt().sign(privateKey);

/** The way of a callback through parts that note that they were passed. */
function setup(replaced: Partial<AcceptOptions> = {}) {
  const passed: string[] = [];
  const note = (name: string) => async () => void passed.push(name);
  const accept = createAcceptCallback({
    tokenRules: { keyFor, issuer: undefined, audience: undefined, maxAgeMs: 300_000 },
    allowedApps: new Set(["@a/b"]),
    bindBody: note("bind"),
    seal: async () => {
      passed.push("seal");
      return "sealed" as SealedText;
    },
    handIn: async () => {
      passed.push("hand in");
      return { jobId: "job" };
    },
    ...replaced,
  });
  return { accept, passed };
}

const never = () => new Promise<never>(() => undefined);

test("a callback is bound before it is sealed, and handed in before it is accepted", async () => {
  const { accept, passed } = setup();
  expect(await accept(await token(), body)).toEqual({
    result: "accepted",
    installationId: asInstallationId("@a.b.01234567-89ab-0def-0123-456789abcdef"),
    jobId: "job",
    type: "INSTALLED",
  });
  expect(passed).toEqual(["bind", "seal", "hand in"]);
});

test("nothing of a callback that is not verified or not allowed gets anywhere", async () => {
  const { accept, passed } = setup();
  await expect(accept("a.b.c", body)).rejects.toMatchObject({ code: "ERR_IDENTITY_MALFORMED" });
  await expect(accept(await token(), { ...body, irisAppId: "@a/c" })).rejects.toMatchObject({
    code: "ERR_APP_NOT_ALLOWED",
  });
  expect(passed).toEqual([]);
});

test.each(["bindBody", "handIn"] as const)(
  "a %s that never ends is an unavailable queue once the deadline has passed",
  async (step) => {
    const { accept } = setup({ [step]: never, storeWithinMs: 20 });
    await expect(accept(await token(), body)).rejects.toMatchObject({ code: "ERR_QUEUE_UNAVAILABLE" });
  },
);

test("of more callbacks than may wait at a time the surplus is refused, and there is room again after", async () => {
  const held = Promise.withResolvers<void>();
  let waiting = 0;
  const { accept } = setup({
    handIn: async () => {
      waiting++;
      await held.promise;
      return { jobId: "job" };
    },
  });
  const identity = await token();
  const answers = Promise.all(Array.from({ length: 1_000 }, () => accept(identity, body)));
  await expect.poll(() => waiting, { timeout: 20_000 }).toBe(1_000);
  const surplus = accept(identity, body);
  await expect(surplus).rejects.toMatchObject({ code: "ERR_TOO_MANY_CALLBACKS", remedy: "retry" });
  held.resolve();
  await answers;
  expect(await accept(identity, body)).toMatchObject({ result: "accepted" });
});
