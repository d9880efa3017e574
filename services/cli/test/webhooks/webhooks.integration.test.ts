import type { SealedText } from "@fleetkeeper/model";
import { createTokenSealing, generateTokenKey } from "@fleetkeeper/sealing";
import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";
import { setup } from "../world.ts";

const key = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

test("an endpoint is made, gets its key, is listed, paused and removed; its deliveries are listed, shown and replayed", async () => {
  const world = await setup();
  const webhookKeys = { keys: [generateTokenKey()] };
  const env = {
    ...world.env,
    WEBHOOK_KEY: JSON.stringify(webhookKeys),
    INGRESS_PUBLIC_URL: "https://your.host/fleet",
  };
  const cli = (args: string[], input?: string) =>
    runCli([...args, "--json"], { env, ...(input !== undefined && { input }) });
  const account = world.simulator.addAccount({ assets: 3 });
  await world.install(account);
  await world.startWorker();
  await expect
    .poll(async () => await world.store.installations.find(world.installationIdOf(account)), {
      timeout: 30_000,
    })
    .not.toBeNull();

  const added = (await cli(["webhooks", "add", account.accountId, "--as", "olive"])).json();
  const { endpoint, installationId } = added as { endpoint: string; installationId: string };
  expect(added).toMatchObject({ hasKey: false, url: `https://your.host/fleet/webhooks/${endpoint}` });
  const refused = await cli(["webhooks", "rotate", endpoint, "--as", "olive"], "no key");
  expect([refused.code, refused.error().code]).toEqual([2, "ERR_WEBHOOK_KEY"]);
  expect(refused.stdout + refused.stderr).not.toContain("no key");
  const rotated = await cli(["webhooks", "rotate", endpoint, "--as", "olive"], `${key}\n`);
  expect([rotated.code, rotated.stdout.includes(key)]).toEqual([0, false]);
  const { seal, open } = await createTokenSealing(webhookKeys);
  const found = await world.store.webhookEndpoints.findByEndpointId(endpoint);
  if (found?.keys[0] === undefined) throw new Error("it has no key");
  const binding = { installationId: found.installationId, purpose: "webhook-key" } as const;
  expect(await open(found.keys[0].sealed, binding)).toBe(key);

  const delivery = {
    installationId: found.installationId,
    endpointId: endpoint,
    messageId: "msg_1",
    type: "nobody.knows",
    receivedAt: new Date(),
    bytes: 7,
    sealedPayload: await seal('{"a":1}', { ...binding, purpose: "webhook-payload" }),
  };
  const { firstToken } = found;
  await world.store.webhookDeliveries.keep(delivery, { firstToken, outcome: "no-sync", refreshed: [] });
  const listed = (await cli(["webhooks", "deliveries", "--outcome", "no-sync"])).json() as {
    deliveries: { _id: string; payload?: SealedText }[];
  };
  const [row] = listed.deliveries;
  expect(row).toMatchObject({ type: "nobody.knows", installationId });
  expect(row).not.toHaveProperty("payload");
  const id = row?._id ?? "";
  expect((await cli(["webhooks", "show", id])).json()).toMatchObject({ payload: '{"a":1}' });
  const replay = await cli(["webhooks", "replay", "--account", account.accountId, "--as", "olive"]);
  expect(replay.json()).toMatchObject({ replayed: 1 });
  const none = await cli(["webhooks", "replay", `${id}x`, "--as", "olive"]);
  expect(none.error().code).toBe("ERR_NOT_FOUND");

  for (const [action, state] of [
    ["pause", "paused"],
    ["resume", "active"],
  ] as const) {
    expect((await cli(["webhooks", action, endpoint, "--as", "olive"])).code).toBe(0);
    expect((await world.store.webhookEndpoints.findByEndpointId(endpoint))?.state).toBe(state);
  }
  expect((await cli(["webhooks", "list"])).json()).toMatchObject({
    endpoints: [{ endpointId: endpoint, keys: [{ until: null }] }],
  });
  expect((await cli(["webhooks", "remove", endpoint, "--yes", "--as", "olive"])).code).toBe(0);
  expect((await cli(["webhooks", "list"])).json()).toEqual({ endpoints: [] });
  const actions = (await world.store.audit.of(found.installationId, 50)).map(
    ({ who, action }) => `${who}: ${action}`,
  );
  const short = `${endpoint.slice(0, 6)}…`;
  expect(actions.toReversed()).toEqual([
    `cli:olive: add webhook endpoint ${short}`,
    `cli:olive: set webhook key of ${short}`,
    "cli:olive: replay 1 webhook",
    `cli:olive: pause webhook endpoint ${short}`,
    `cli:olive: resume webhook endpoint ${short}`,
    `cli:olive: remove webhook endpoint ${short}`,
  ]);
}, 120_000);
