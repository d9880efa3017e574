import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answering } from "@fleetkeeper/test-worlds";
import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import { newSigningKey, startSimulator, webhookTypes } from "../../src/index.ts";
import type { SimulatorOptions } from "../../src/settings.ts";

const patient = { timeout: 20_000, interval: 20 };

/** A simulator with one account, and a receiver whose answers are these, then 202. */
async function setup(options: SimulatorOptions = {}, answers: number[] = []) {
  const key = newSigningKey();
  const received: { id: string; type: string; family: string }[] = [];
  const server = createServer(
    answering(({ headers, body }, response) => {
      new Webhook(key).verify(body, standard(headers as Record<string, string>));
      const family = headers["svix-id"] === undefined ? "webhook" : "svix";
      const id = String(headers[`${family}-id`]);
      received.push({ id, type: JSON.parse(body).type, family });
      response.writeHead(answers.shift() ?? 202).end();
    }),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const simulator = await startSimulator(options);
  onTestFinished(async () => {
    await simulator.close();
    server.close();
  });
  const account = simulator.addAccount({ assets: 40, sites: 3 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  simulator.addWebhookTarget(account.accountId, { url, key });
  return { simulator, account, received };
}

/** The library knows one family of names. */
function standard(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, "webhook-"), value]),
  );
}

test("changes of the world send all eight types, signed, and an asset that moves leaves and enters a site", async () => {
  const { simulator, account, received } = await setup();
  for (let count = 0; count < 6; count++) account.change(40, { update: 8, delete: 1 });
  await vi.waitFor(
    () => expect(new Set(received.map(({ type }) => type))).toEqual(new Set(webhookTypes)),
    patient,
  );
  expect(new Set(received.map(({ family }) => family))).toEqual(new Set(["svix"]));
  await vi.waitFor(
    () => expect(simulator.webhooks().map(({ attempts }) => attempts[0]?.status)).not.toContain(undefined),
    patient,
  );
});

test("an event that is not accepted is sent again with the same id, on Svix's schedule in compressed time", async () => {
  const { simulator, account, received } = await setup({ webhookRetryScale: 0.000_01 }, [500, 503, 404]);
  await simulator.sendWebhook(account.accountId, "alerts.asset.on");
  await vi.waitFor(() => expect(received).toHaveLength(4), patient);
  expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  await vi.waitFor(
    () => expect(simulator.webhooks()[0]?.attempts.map(({ status }) => status)).toEqual([500, 503, 404, 202]),
    patient,
  );
});

test("duplicates, the other headers and another order come on demand", async () => {
  const { account, received } = await setup({
    webhookHeaders: "webhook",
    webhookCopies: 3,
    webhookReorder: true,
  });
  const { updated } = account.change(1, { update: 1 });
  await vi.waitFor(() => expect(received).toHaveLength(3), patient);
  expect(updated).toHaveLength(1);
  expect(new Set(received.map(({ id, family }) => `${family} ${id}`)).size).toBe(1);
  expect(received[0]?.family).toBe("webhook");
});

test("without a target nothing is sent", async () => {
  const { simulator, received } = await setup();
  const other = simulator.addAccount({ assets: 5 });
  other.change(5);
  expect(await simulator.sendWebhook(other.accountId, "alerts.asset.on")).toEqual([]);
  expect(received).toEqual([]);
});
