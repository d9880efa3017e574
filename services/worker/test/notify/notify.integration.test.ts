import { createReceiverActions } from "@fleetkeeper/operator";
import { createSealFor } from "@fleetkeeper/sealing";
import { expect, onTestFinished, test, vi } from "vitest";
import { createWorld } from "../create-world.ts";
import { type Answer, startReceiver } from "./receiver.ts";

const patient = { timeout: 30_000, interval: 50 };

async function setup(answer?: Parameters<typeof startReceiver>[0]) {
  const world = await createWorld({ env: { NOTIFY_ADDRESSES: "any" } });
  const receiver = await startReceiver(answer);
  onTestFinished(async () => {
    await world.close();
    await receiver.close();
  });
  const actions = createReceiverActions({
    store: world.store,
    sealSecret: await createSealFor(JSON.parse(world.env.SEALING_PUBLIC_KEY ?? ""), "notify-secret"),
    checkUrl: (url) => new URL(url),
    now: () => new Date(),
  });
  const { receiver: row, secret } = await actions.add("olive", { url: receiver.url });
  receiver.secrets.push(secret);
  return { ...world, world, actions, receiver, id: row._id };
}

test("an account's install and first runs are delivered in order, signed; also a test, after a rotation, and again on request", async () => {
  const { world, actions, receiver, id, store } = await setup();
  await world.startWorker();
  const account = world.simulator.addAccount({ assets: 5 });
  await world.install(account);
  const types = () => receiver.taken.map(({ type }) => type);
  await vi.waitFor(() => expect(types()).toContain("sync.succeeded"), patient);
  const [first] = receiver.taken;
  expect(first).toMatchObject({
    type: "account.installed",
    data: { accountId: account.accountId, app: "@fleetkeeper/demo", sequence: 1 },
  });

  const { secret } = await actions.rotate("olive", id);
  // The old one still verifies, and so does the new one alone.
  const { eventId } = await actions.test("olive", id);
  await vi.waitFor(() => expect(receiver.taken.map((one) => one.id)).toContain(eventId), patient);
  receiver.secrets.splice(0, 1, secret);
  await actions.replay("olive", id, first?.id ?? "");
  await vi.waitFor(
    () => expect(types().filter((type) => type === "account.installed")).toHaveLength(2),
    patient,
  );

  await store.audit
    .add({ at: new Date(), who: "olive", action: "forget", installationId: world.installationIdOf(account) })
    .then(({ auditId }) => world.queues.addForget(world.installationIdOf(account), auditId));
  await vi.waitFor(() => expect(types()).toContain("account.forgotten"), patient);
  expect(receiver.unverified).toBe(0);
  const sequences = receiver.taken
    .filter(({ data, id: one }) => data.accountId === account.accountId && one !== first?.id)
    .map(({ data }) => data.sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(await store.events.find(first?.id ?? "")).toBeNull();
});

test("what fails is tried again before anything behind it; its attempts say why, without secrets; 410 disables, and enabling tells what waited", async () => {
  const answers: Answer[] = [
    { status: 500, body: `no: fk_0123456789abcdef_${"x".repeat(43)}` },
    { status: 302, headers: { location: "http://example.org/elsewhere" } },
    { status: 410 },
  ];
  const asked: number[] = [];
  const { world, actions, receiver, id, store } = await setup(({ data }) => {
    asked.push(data.sequence);
    return answers.shift() ?? { status: 200 };
  });
  await world.startWorker();
  const account = world.simulator.addAccount({ assets: 1 });
  await world.install(account);
  const attempts = async () =>
    (await actions.deliveries({ receiverId: id, limit: 10 })).rows
      .reverse()
      .map(({ status, code }) => [status, code]);
  await vi.waitFor(async () => expect(await attempts()).toHaveLength(1), patient);
  const lane = await store.events.lanes.find(world.installationIdOf(account), id);
  expect(lane).toMatchObject({ attempts: 1, delivered: 0, retryAt: expect.any(Date) });
  // Not in five seconds and in five minutes.
  for (const length of [2, 3]) {
    await store.events.lanes.wakeAll(id, new Date());
    await vi.waitFor(async () => expect(await attempts()).toHaveLength(length), patient);
  }
  expect(await attempts()).toEqual([
    [500, "ERR_NOTIFY_STATUS"],
    [302, "ERR_HTTP_REDIRECT"],
    [410, "ERR_NOTIFY_STATUS"],
  ]);
  expect(new Set(asked)).toEqual(new Set([1]));
  const { rows } = await actions.deliveries({ receiverId: id, limit: 10 });
  expect(rows.at(-1)?.answer).toBe("no: fk_0123456789abcdef_[redacted]");
  await vi.waitFor(
    async () => expect(await actions.find(id)).toMatchObject({ disabled: { why: "gone" } }),
    patient,
  );
  expect(await store.audit.ofTopic("receivers", 1)).toMatchObject([{ who: "worker" }]);
  await actions.enable("olive", id);
  await vi.waitFor(() => expect(receiver.taken.length).toBeGreaterThan(1), patient);
  const sequences = receiver.taken.map(({ data }) => data.sequence);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
});
