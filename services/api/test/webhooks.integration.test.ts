import { expect, onTestFinished, test, vi } from "vitest";
import { startReceiver } from "../../worker/test/notify/receiver.ts";
import { app, patient, setup } from "./world.ts";

test("a receiver is made, listed, tested, changed, replayed to and removed", async () => {
  const any = { NOTIFY_ADDRESSES: "any" };
  const { ask, makeKey, startWorker, installedAccount, store, lines } = await setup(any, { env: any });
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const mine = await makeKey(["webhooks:write"], app);
  const send = (method: string, path: string, body?: unknown) =>
    ask(mine.key, `/v1/webhooks${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });

  const made = await send("POST", "", { url: receiver.url, events: ["account.installed"] });
  expect([made.status, made.json().webhook]).toMatchObject([
    201,
    { app, state: "enabled", lastSuccessAt: null },
  ]);
  const { webhook, secret } = made.json();
  const path = `/${webhook.id}`;
  receiver.secrets.push(secret);
  for (const [body, status] of [
    [{ url: "ftp://your.host/" }, 400],
    [{ url: receiver.url, events: ["nothing.such"] }, 400],
    [{ url: receiver.url, app: "@no/body" }, 404],
  ] as const)
    expect([body, (await send("POST", "", body)).status]).toEqual([body, status]);
  const listed = await send("GET", "");
  expect(listed.json()).toEqual({ webhooks: [webhook] });
  expect(listed.text).not.toContain(secret);

  await startWorker();
  const { accountId } = await installedAccount();
  const deliveries = async (query = "") =>
    (await send("GET", `${path}/deliveries${query}`)).json().deliveries;
  await vi.waitFor(async () => expect(await deliveries()).toHaveLength(1), patient);
  const [first] = await deliveries();
  expect(first).toMatchObject({ type: "account.installed", attempt: 1, outcome: "delivered", status: 204 });
  expect(receiver.taken).toMatchObject([{ id: first.eventId, data: { accountId } }]);

  // Without a body: the usual time.
  expect((await send("POST", `${path}/rotate`)).status).toBe(200);
  const rotated = await send("POST", `${path}/rotate`, { keepOldSeconds: 0 });
  expect([rotated.status, rotated.json().webhook.secrets.length]).toEqual([200, 2]);
  receiver.secrets.splice(0, 1, rotated.json().secret);
  const tested = await send("POST", `${path}/test`);
  expect(tested.status).toBe(202);
  const { eventId } = tested.json();
  await vi.waitFor(() => expect(receiver.taken.map(({ id }) => id)).toContain(eventId), patient);
  for (const wrong of [{ url: "nonsense" }, { url: "https://u:p@example.com" }, { description: "a\nb" }])
    expect((await send("PATCH", path, wrong)).json()).toMatchObject({
      ...{ status: 400, code: "ERR_REQUEST_INVALID" },
      detail: expect.stringMatching(/^the address |^a description /),
    });
  expect((await send("PATCH", path, { state: "disabled" })).json()).toMatchObject({ state: "disabled" });
  expect((await send("POST", `${path}/test`)).json()).toMatchObject({ status: 409, code: "ERR_WRONG_STATE" });
  expect((await send("PATCH", path, { state: "enabled", description: "ours" })).json()).toMatchObject({
    ...{ state: "enabled", description: "ours", events: ["account.installed"] },
  });
  const times = () => receiver.taken.filter(({ id }) => id === first.eventId).length;
  const wishes = [{ eventId: first.eventId }, { since: webhook.createdAt }];
  for (const [index, wish] of wishes.entries()) {
    const replayed = await send("POST", `${path}/replay`, wish);
    expect([replayed.status, replayed.json()]).toEqual([202, { accounts: 1 }]);
    await vi.waitFor(() => expect(times()).toBe(index + 2), patient);
  }
  await vi.waitFor(
    async () => expect(await deliveries(`?eventId=${first.eventId}`)).toHaveLength(3),
    patient,
  );
  expect(await deliveries("?outcome=failed")).toEqual([]);
  expect((await send("GET", `${path}/deliveries?after=nothing`)).status).toBe(400);
  expect((await send("POST", `${path}/replay`, { eventId: "evt_of_nobody" })).status).toBe(404);
  expect(receiver.unverified).toBe(0);

  expect((await send("GET", path)).json()).toMatchObject({ id: webhook.id, state: "enabled" });

  expect((await send("DELETE", path)).status).toBe(204);
  expect((await send("GET", path)).status).toBe(404);
  const audit = await store.audit.ofTopic("receivers", 20);
  expect(new Set(audit.map(({ who }) => who))).toEqual(new Set([`api:${mine.id} (test)`]));
  const stored = JSON.stringify(audit) + lines.join("");
  for (const one of [secret, rotated.json().secret]) expect(stored).not.toContain(one);
}, 120_000);
