import { noteCallback, type SeenCallback } from "@fleetkeeper/jobs";
import { installationIdOf, type UnrecognisedCallback } from "@fleetkeeper/model";
import { createSeal, createSign } from "@fleetkeeper/sealing";
import { expect, test } from "vitest";
import { app, setup } from "../world.ts";

const secret = "a-secret-that-must-not-show";
const accountId = "01234567-89ab-4def-8123-456789abcdef";

async function world() {
  const { simulator, env, cli, redis, namespace, store } = await setup();
  const sign = createSign(JSON.parse(env.INGRESS_SIGNING_KEY ?? ""));
  const seal = await createSeal(JSON.parse(env.SEALING_PUBLIC_KEY ?? ""));
  const installationId = installationIdOf(app, accountId);
  const body = { type: "INSTALLED", irisAppId: app, accountId, clientId: "c", clientSecret: secret };
  const seen = async (id: string, entry: Partial<SeenCallback> = {}) => {
    const identity = await simulator.signCallbackToken({ iss: "https://issuer.example", aud: ["a", "b"] });
    const sealed = await seal(JSON.stringify({ identity, body: JSON.stringify(body) }), {
      installationId,
      purpose: "callback",
    });
    await noteCallback(redis, namespace, sign, {
      id,
      at: new Date().toISOString(),
      outcome: "refused",
      status: 403,
      code: "ERR_APP_NOT_ALLOWED",
      address: "192.0.2.1",
      bytes: { identity: identity.length, body: 200 },
      token: { header: { alg: "RS256" }, claims: { iss: "https://issuer.example", aud: ["a", "b"] } },
      body: { type: "INSTALLED", irisAppId: app, accountId, fields: Object.keys(body) },
      installationId,
      sealed,
      ...entry,
    });
  };
  return { env, cli, seen, store, seal, installationId, body };
}

test("callbacks are listed with the check that failed, and the variables that pin their issuer are printed", async () => {
  const { cli, seen } = await world();
  expect((await cli(["callback", "pin"])).code).toBe(3);
  await seen("aaaaaaaa-1");
  await seen("bbbbbbbb-2", { outcome: "accepted", status: 202 });
  const list = await cli(["callback", "list"]);
  expect(list.stdout).toMatch(/bbbbbbbb[\s\S]*aaaaaaaa.*refused.*app \(ERR_APP_NOT_ALLOWED\)/);
  const shown = await cli(["callback", "show", "aaaa"]);
  expect(shown.stdout).toMatch(/check that failed +app: one of TRACKUNIT_APP_IDS[\s\S]*claim iss +"https:/);
  const pins = await cli(["callback", "pin"]);
  expect(pins.stdout).toBe("CALLBACK_ISSUER=https://issuer.example\nCALLBACK_AUDIENCE=a,b\n");
  const json = await cli(["callback", "list", "--json"]);
  for (const { stdout } of [list, shown, json]) expect(stdout).not.toMatch(/eyJ|a-secret/);
});

test("a refused callback is replayed if all checks pass now, and never if its token came with another body", async () => {
  const { cli, seen, store, seal, installationId, body } = await world();
  await seen("aaaaaaaa-1");
  const still = await cli(["callback", "replay", "aaaa"], { TRACKUNIT_APP_IDS: "@other/app" });
  expect([still.code, still.stderr]).toEqual([5, expect.stringContaining("not among TRACKUNIT_APP_IDS")]);
  const pinned = await cli(["callback", "replay", "aaaa"], { CALLBACK_ISSUER: "https://other.example" });
  expect(pinned.stderr).toContain("would be refused again: ERR_IDENTITY_CLAIM");
  const foreign = await cli(["callback", "replay", "aaaa"], {
    INGRESS_VERIFICATION_KEYS: "",
    INGRESS_SIGNING_KEY: "",
  });
  expect(foreign.stderr).toContain("ERR_NOT_REPLAYABLE");
  const replayed = await cli(["callback", "replay", "aaaa", "--json"]);
  expect(replayed.json()).toMatchObject({ installationId });
  const [last] = await store.audit.of(installationId, 1);
  expect(last?.action).toBe("replay callback aaaaaaaa-1");

  await seen("cccccccc-3", { code: "ERR_TOKEN_REUSED" });
  expect((await cli(["callback", "replay", "cccc"])).code).toBe(5);

  const jobId = `${installationId}.0123`;
  const sealedBody = await seal(JSON.stringify({ ...body, type: "REINSTALLED" }), {
    installationId,
    purpose: "callback",
  });
  const callback = { installationId, irisAppId: app, accountId, type: "REINSTALLED", sealedBody };
  const receivedAt = new Date();
  await store.keepUnrecognised(jobId, { ...callback, receivedAt } satisfies UnrecognisedCallback);
  await seen("dddddddd-4", { outcome: "unrecognised", status: 202, jobId });
  expect((await cli(["callback", "replay", "dddd"])).stderr).toContain("--as-install");
  expect((await cli(["callback", "replay", "dddd", "--as-install"])).code).toBe(0);
});
