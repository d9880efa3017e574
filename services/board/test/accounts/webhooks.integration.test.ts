import { countWebhookRefusal } from "@fleetkeeper/jobs";
import type { SealedText } from "@fleetkeeper/model";
import { expect, inject, test } from "vitest";
import { startBoard, viewer } from "../board-world.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const path = `/accounts/${encodeURIComponent(idOf("account-1"))}`;
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const sealed = "eyJhbGciOiJkaXIifQ..a.b.c" as SealedText;

async function setup(addedAt: Date) {
  const world = await startBoard(inject("redisUrl"));
  await seedAccounts(world.mongodbUrl, ["account-1"], () => ({}));
  const { store, redis, namespace } = world;
  const installationId = idOf("account-1");
  const endpointId = "3vW8kQ0000000000000000000000000000000000000";
  await store.webhookEndpoints.add({
    installationId,
    endpointId,
    sealedKey: sealed,
    events: [],
    now: addedAt,
  });
  await countWebhookRefusal(redis, namespace, { endpointId, reason: "signature", at: new Date() });
  return { world, endpointId, installationId, visitor: await visit(world.url, viewer) };
}

test("an account's page shows the state of its endpoints, the last delivery and the syncs that it started", async () => {
  const { world, endpointId, installationId, visitor } = await setup(ago(1));
  const delivery = {
    installationId,
    endpointId,
    messageId: "msg_1",
    type: "sites.asset.added",
    receivedAt: new Date(),
    bytes: 10,
    sealedPayload: sealed,
  };
  const refreshed = [{ sync: "sites", answer: "soon" as const, at: new Date() }];
  await world.store.webhookDeliveries.keep(delivery, { firstToken: 0, outcome: "refreshed", refreshed });
  const page = await visitor.page(`${path}?tab=events`);
  expect(page).toContain("3vW8kQ…");
  expect(page).toContain("1 refused: signature 1");
  expect(page).toContain("<code>sites.asset.added</code>");
  expect(page).toContain("<small>sites</small>");
  expect(page).not.toContain(sealed);
  expect(page).not.toContain("syncing by schedule");
});

test("the page says so if an endpoint is quiet for longer than usual", async () => {
  const { visitor } = await setup(ago(73));
  expect(await visitor.page(path)).toContain("Webhooks: no webhook for 3 d");
});
