import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@fleetkeeper/client";
import { createApp } from "@fleetkeeper/express-app";
import { newSigningKey, signStandardWebhook } from "@fleetkeeper/webhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import { patient, setup } from "./world.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

test("the examples do what they say: the app with its webhook, the commands for curl, and Python", async () => {
  const world = await setup();
  const { url, makeKey, startWorker, installedAccount, installationIdOf, store } = world;
  await startWorker();
  const account = await installedAccount({ assets: 3, sites: 2 });
  const { accountId } = account;
  const id = installationIdOf(account);
  const recordsBecome = (count: number) =>
    vi.waitFor(async () => expect(await store.records.count("assets", id)).toBe(count), patient);
  await recordsBecome(3);
  const { key } = await makeKey([
    "accounts:read",
    "accounts:write",
    "tokens:read",
    "proxy",
    "records:read",
    "syncs:write",
  ]);

  // The app.
  const secrets = [newSigningKey(), newSigningKey()];
  const app = createApp({ fleet: createClient({ url, key }), secrets });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  onTestFinished(() => new Promise<void>((closed) => void server.close(() => closed())));
  const appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = async (path: string) => (await fetch(appUrl + path)).text();
  const fleetPath = `/accounts/${encodeURIComponent(accountId)}`;
  expect(await page("/")).toContain(`href="${fleetPath}"`);
  expect(await page(fleetPath)).toMatch(/<p>3 assets\. Live: [^<,]+, [^<,]+, [^<,]+<\/p>/);

  account.change(1, { create: 1, update: 0, delete: 0 });
  await world.ask(key, `/v1/accounts/${accountId}/syncs/assets/run`, { method: "POST" });
  await recordsBecome(4);
  expect(await page(fleetPath)).toContain("<p>3 assets.");
  const deliver = async (signedBy: typeof secrets) => {
    const timestamp = new Date();
    const data = { accountId, app: "x", resource: "assets" };
    const body = JSON.stringify({ type: "records.changed", timestamp, data });
    const headers = signStandardWebhook({ id: "evt_1", timestamp, body, secrets: signedBy });
    const answer = await fetch(`${appUrl}/webhooks/fleetkeeper`, { method: "POST", headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  expect(await deliver([newSigningKey()])).toEqual({
    status: 400,
    text: '{"code":"ERR_WEBHOOK_UNVERIFIED"}',
  });
  expect(await page(fleetPath)).toContain("<p>3 assets.");
  expect((await deliver(secrets.slice(1))).status).toBe(204);
  expect(await page(fleetPath)).toContain("<p>4 assets.");

  // curl: each block ends well, and says something.
  const env = { ...process.env, URL: url, KEY: key, ACCOUNT: accountId };
  const text = await readFile(`${examples}curl.md`, "utf8");
  const blocks = [...text.matchAll(/^```sh\n([^`]*)^```/gm)].map(([, block = ""]) => block);
  const outputs: string[] = [];
  for (const block of blocks)
    outputs.push((await run("bash", ["-e", "-o", "pipefail", "-c", block], { env })).stdout);
  expect(outputs).toHaveLength(8);
  const [ofKey, accounts, named, token, live, records, changes, asked] = outputs;
  expect(ofKey).toContain('"rights"');
  expect(accounts).toContain(accountId);
  expect(named?.match(/customer 42/g)).toHaveLength(2);
  expect(token).toContain('"accessToken"');
  expect(live).toMatch(/"totalElements":2.*"edges"/s);
  // A page of two, and lines of four.
  expect(records?.match(/"firstSeenAt"/g)).toHaveLength(6);
  expect(changes).toContain('"created"');
  expect(asked).toContain('"status"');

  // Python.
  const { stdout } = await run("python3", [`${examples}python/fleet.py`], { env });
  expect(JSON.parse(stdout)).toEqual({ account: accountId, assets: 4, sites: 2 });
  const refused = run("python3", [`${examples}python/fleet.py`], { env: { ...env, KEY: "fk_no" } });
  await expect(refused).rejects.toThrow(/RuntimeError: ERR_KEY_REFUSED: /);
}, 120_000);
