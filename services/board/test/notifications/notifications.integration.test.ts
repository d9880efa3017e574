import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createChannels } from "@fleetkeeper/notifications";
import { failingReasons } from "@fleetkeeper/operator";
import { redisKeys } from "@fleetkeeper/redis";
import { answering, capturedLog } from "@fleetkeeper/test-worlds";
import { newSigningKey } from "@fleetkeeper/webhooks";
import { MongoClient } from "mongodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { noNotifications } from "../../src/notifications/add-notifications.ts";
import { createNotifier } from "../../src/notifications/notifier.ts";
import { createReadOverview } from "../../src/overview/read.ts";
import { operator, startBoard, viewer } from "../board-world.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const start = Date.UTC(2026, 0, 2);
const secret = newSigningKey();

/** An address that keeps what it is sent and answers as it is told. */
async function receiver() {
  const taken: {
    path: string;
    id: string;
    body: { type: string; data: { opened: Line[]; over: Line[] } };
  }[] = [];
  const answers = { status: 200 };
  const server = createServer(
    answering(({ url, headers, body }, response) => {
      taken.push({ path: url, id: String(headers["webhook-id"] ?? ""), body: JSON.parse(body) });
      response.writeHead(answers.status).end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { taken, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Line {
  text: string;
  url?: string;
  accounts?: string[];
}

async function setup() {
  const { taken, answers, url } = await receiver();
  const settings = { ...noNotifications, webhook: { url: `${url}/hook`, secret } };
  const world = await startBoard(inject("redisUrl"), { notifications: settings, notifyAnyAddress: true });
  const { store, redis, queueSet, namespace } = world;
  const clock = { minute: 0 };
  const now = () => new Date(start + clock.minute * 60_000);
  const { log } = capturedLog("info", "board");
  /** Another board's; `crash`: it ends after the message was sent and before that was noted. */
  function notifier({ crash = () => false, slack = false }: { crash?: () => boolean; slack?: boolean } = {}) {
    const channels = createChannels(
      { ...settings, allowPrivate: true, slackUrl: slack ? `${url}/slack` : undefined },
      now,
    );
    onTestFinished(() => channels.close());
    const readFacts = createReadOverview({
      ...{ queueSet, redis, namespace, store, now },
      countByState: () => store.installations.countByState(),
      readHealth: () => store.syncs.health(failingReasons, 3),
      readRevoked: async () =>
        (await store.installations.list({ state: "revoked", sort: "id", limit: 500 })).rows.map(
          ({ _id }) => _id,
        ),
      onError: (error) => {
        throw error;
      },
    });
    const notifications = {
      ...store.notifications,
      write: (...request: Parameters<typeof store.notifications.write>) => {
        if (crash()) throw new Error("the board was killed");
        return store.notifications.write(...request);
      },
    };
    const publicUrl = new URL("https://board.test/fleet/");
    return createNotifier({
      store: { notifications },
      readFacts,
      channels,
      windowMs: 300_000,
      publicUrl,
      log,
      now,
    });
  }
  const refuse = (accountId: string) =>
    store.revoke(
      idOf(accountId),
      "0" as never,
      { at: now(), code: "ERR_TOKEN_INVALID_CLIENT" } as never,
      now(),
    );
  /** What was told at a minute, by texts; queues without a worker are not of interest. */
  async function lookAt(minute: number, ...boards: ReturnType<typeof notifier>[]) {
    clock.minute = minute;
    const before = taken.length;
    const held = [];
    for (const board of boards) held.push(await board.look());
    return { told: taken.slice(before), held };
  }
  return { world, taken, answers, notifier, refuse, lookAt, clock };
}

const failing = (accountId: string, failures: number) => ({
  syncs: [
    {
      sync: "assets",
      failures,
      nextRunAt: new Date(start + 10 ** 9),
      waiting: { for: "backoff", until: new Date(start + 10 ** 9), code: `ERR_${accountId}` } as never,
    },
  ],
});
const linesOf = (told: Awaited<ReturnType<typeof receiver>>["taken"]) =>
  told.flatMap(({ body }) => body.data.opened.map(({ text }) => text.replace(/for \d.*/, "for …")));

test("many accounts are reported in one message with names and links, once, by one of two boards; a board that stopped is replaced", async () => {
  const { world, notifier, lookAt } = await setup();
  const accounts = ["a", "b", "c", "FEW", "MANY"];
  await seedAccounts(world.mongodbUrl, accounts, (accountId) => ({
    ...(accountId.length === 1 ? { state: "revoked" } : failing(accountId, accountId === "MANY" ? 3 : 2)),
  }));
  const [one, other] = [notifier(), notifier()];
  expect(await lookAt(0, one, other)).toEqual({ told: [], held: [true, false] });
  const { told } = await lookAt(5, one, other);
  expect(told).toHaveLength(1);
  const lines = told[0]?.body.data.opened ?? [];
  expect(lines).toContainEqual({
    text: "Trackunit refuses the credential of 3 accounts",
    url: "https://board.test/fleet/accounts?state=revoked",
    accounts: [idOf("a"), idOf("b"), idOf("c")],
  });
  expect(lines).toContainEqual(
    expect.objectContaining({
      text: expect.stringContaining("ERR_MANY: 1 sync of 1 account, without a success"),
      accounts: [idOf("MANY")],
    }),
  );
  expect(linesOf(told).filter((text) => /ERR_FEW|syncs? of/.test(text))).toHaveLength(1);
  expect((await lookAt(6, one, other)).told).toEqual([]);
  // Its next run lasts for longer than the window: it fails until one succeeds.
  const many = { _id: `${idOf("MANY")}/assets` as never };
  const client = await MongoClient.connect(world.mongodbUrl);
  onTestFinished(() => client.close());
  await client
    .db()
    .collection("syncs")
    .updateOne(many, {
      $set: { "waiting.for": "running", "lastRun.outcome": "failed", "lastRun.code": "ERR_MANY" },
      $unset: { "waiting.code": "" },
    });
  for (const minute of [7, 12, 17]) expect((await lookAt(minute, one, other)).told).toEqual([]);
  // The first is gone without a word.
  expect(await lookAt(20, other)).toEqual({ told: [], held: [true] });
});

test("a board that is killed before it sends loses no message, and one that is killed before it noted that repeats it under its id", async () => {
  const { world, taken, notifier, lookAt } = await setup();
  await seedAccounts(world.mongodbUrl, ["a"], () => ({ state: "revoked" }));
  let writes = 0;
  // The first write keeps what stands, the second what is to be told, the third that it was sent.
  const killedAt = (write: number) => notifier({ crash: () => ++writes === write });
  await lookAt(0, killedAt(0));
  writes = 1;
  await expect(lookAt(5, killedAt(2))).rejects.toThrow("killed");
  expect(taken).toHaveLength(0);
  writes = 1;
  await expect(lookAt(8, killedAt(3))).rejects.toThrow("killed");
  expect(taken).toHaveLength(1);
  await lookAt(11, notifier());
  for (const minute of [14, 17, 40]) await lookAt(minute, notifier());
  expect(taken).toHaveLength(2);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
});

test("an address that refuses is tried again later, the others are not sent it twice, and the page says so", async () => {
  const { world, taken, answers, notifier, lookAt } = await setup();
  await seedAccounts(world.mongodbUrl, ["a"], () => ({ state: "revoked" }));
  const board = notifier({ slack: true });
  await lookAt(0, board);
  answers.status = 500;
  expect((await lookAt(5, board)).told.map(({ path }) => path)).toEqual(["/hook", "/slack"]);
  expect((await lookAt(5.2, board)).told).toEqual([]);
  const page = await (await visit(world.url, viewer)).page("/notifications");
  expect(page).toContain("1 message could not be sent everywhere yet");
  expect(page).toContain("ERR_NOTIFICATION_REFUSED");
  expect(page).not.toContain("Send a test");
  expect(page).not.toContain(secret);
  const failingFor = async () => {
    const metrics = await (await visit(world.url, viewer)).page("/metrics");
    return Number(
      /^fleetkeeper_notifications_failing_seconds\{.*channel="webhook".*\} (\S+)$/m.exec(metrics)?.[1],
    );
  };
  expect(await failingFor()).toBeGreaterThan(0);
  const olive = await visit(world.url, operator);
  expect(await (await olive.submit("/notifications")).text()).toContain("the address answered 500");
  answers.status = 200;
  expect(await (await olive.submit("/notifications")).text()).toContain("webhook: the test was accepted");
  // The message waits still; that it can be told again is known.
  expect(await failingFor()).toBe(0);
  taken.splice(0);
  expect((await lookAt(6, board)).told.map(({ path }) => path)).toEqual(["/hook", "/slack"]);
  expect(new Set(taken.filter(({ path }) => path === "/hook").map(({ id }) => id)).size).toBe(1);
  expect((await lookAt(60, board)).told).toEqual([]);
  expect(await failingFor()).toBe(0);
});

test("what ended is told as over, old keys and mass deletions are told, and an operator sends a test", async () => {
  const { world, notifier, lookAt, clock } = await setup();
  const heldBack = {
    missing: 90,
    known: 100,
    passes: 1,
    since: new Date(start),
    believedAfter: 6,
    confirmedAfter: null,
  };
  await seedAccounts(world.mongodbUrl, ["a"], () => ({
    syncs: [{ sync: "assets", heldBack: heldBack as never, nextRunAt: new Date(start + 10 ** 9) }],
  }));
  const stale = redisKeys(world.namespace).keySetStale();
  await world.redis.set(stale, String(start - 2 * 3_600_000), "PX", 60_000);
  const board = notifier();
  await lookAt(0, board);
  const told = linesOf((await lookAt(5, board)).told);
  expect(told).toContain("A mass deletion of 1 sync of 1 account is held back until an operator confirms it");
  expect(told).toContain("An ingress has had no new key set of Trackunit for …");
  await world.redis.del(stale);
  await lookAt(6, board);
  const { told: ended } = await lookAt(11, board);
  expect(ended).toHaveLength(1);
  expect(ended[0]?.body.data.over.map(({ text }) => text)).toEqual([
    expect.stringContaining("An ingress has had no new key set"),
  ]);
  clock.minute = 12;
  const olive = await visit(world.url, operator);
  expect(await (await olive.submit("/notifications")).text()).toContain("webhook: the test was accepted");
  const forbidden = await (await visit(world.url, viewer)).send("/notifications", { method: "POST" });
  expect(forbidden.status).toBe(403);
});
