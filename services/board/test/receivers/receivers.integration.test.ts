import { type InstallationId, installationIdOf } from "@fleetkeeper/model";
import { createOpen, generateSealingKey } from "@fleetkeeper/sealing";
import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { visit } from "../visitor.ts";

const address = "https://your.host/fleetkeeper?token=of-the-host";
const wanted: [string, string][] = [
  ["url", ` ${address} `],
  ["description", "our app"],
  ["app", "@a/b"],
  ["events", "account.installed"],
  ["events", "sync.failing"],
];

async function setup() {
  const { publicKey, privateKey } = await generateSealingKey({ algorithm: "ECDH-ES+A256KW" });
  const world = await startBoard(inject("redisUrl"), { sealingPublicKey: publicKey });
  const olive = await visit(world.url, operator);
  const made = await olive.submit("/receivers/new", wanted);
  expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
  const secret = secretIn(await made.text());
  const [{ _id: id = "" } = {}] = await world.store.events.receivers.list();
  const act = (action: string, fields?: Record<string, string>) =>
    olive.submit(`/receivers/${id}/do/${action}`, fields);
  const { receivers } = world.store.events;
  return {
    world,
    operator: olive,
    viewer: await visit(world.url, viewer),
    privateKey,
    secret,
    id,
    act,
    receivers,
  };
}

function secretIn(page: string): string {
  const [secret] = /whsec_[A-Za-z0-9+/=]{40,}/.exec(page) ?? [];
  expect(secret).toBeDefined();
  return secret ?? "";
}

test("an operator makes a receiver, whose secret is shown once and sealed; tests, rotates, disables, enables and removes it, each in the audit log", async () => {
  const { world, operator, viewer, privateKey, secret, id, act, receivers } = await setup();
  const fields = { url: address, description: "our app", irisAppId: "@a/b", createdBy: "olive" };
  expect(await receivers.find(id)).toMatchObject({
    ...fields,
    events: ["account.installed", "sync.failing"],
  });
  const open = await createOpen({ keys: [privateKey] });
  const newest = async () => {
    const sealed = (await receivers.find(id))?.secrets[0]?.sealed ?? ("" as never);
    return open(sealed, { installationId: id as InstallationId, purpose: "notify-secret" });
  };
  expect(await newest()).toBe(secret);

  const sent = await act("test");
  expect([sent.status, sent.headers.get("location")]).toEqual([303, `/receivers/${id}`]);
  const [, eventId = ""] = /On its way: (evt_\w+)\./.exec(await operator.page(`/receivers/${id}`)) ?? [];
  const event = await world.store.events.find(eventId);
  expect(event).toMatchObject({ type: "test", to: [id] });
  expect(await operator.page(`/receivers/${id}/do/replay?event=${eventId}`)).toContain(
    `The event is ${eventId}.`,
  );
  expect((await act(`replay?event=${eventId}`)).status).toBe(303);
  expect((await act("replay?event=evt_of_nobody")).status).toBe(404);
  expect((await act("replay-since", { since: "2026-01-31T12:00" })).status).toBe(303);
  expect(await operator.page(`/receivers/${id}`)).toContain("No event of its types has happened since then.");
  expect((await act("replay-since", { since: "yesterday" })).status).toBe(400);

  expect((await act("rotate", { hours: "337" })).status).toBe(400);
  const rotated = await act("rotate", { hours: "48" });
  expect([rotated.status, rotated.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const next = secretIn(await rotated.text());
  expect(next).not.toBe(secret);
  expect(await newest()).toBe(next);

  expect((await act("disable")).status).toBe(303);
  expect(await operator.page(`/receivers/${id}`)).toMatch(
    /Disabled; events[\s\S]*Disabled by an operator[\s\S]*Enable/,
  );
  const refused = await act("test");
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("enable it first")]);
  expect((await act("enable")).status).toBe(303);
  expect((await receivers.find(id))?.disabled).toBeNull();

  for (const path of ["/receivers", `/receivers/${id}`])
    for (const visitor of [operator, viewer]) {
      const page = await visitor.page(path);
      for (const shown of [
        "https://your.host/fleetkeeper?…",
        "nothing sent yet",
        "account.installed, sync.failing",
      ])
        expect(page).toContain(shown);
      for (const hidden of [secret, next, "of-the-host"]) expect(page).not.toContain(hidden);
    }
  expect((await act("remove", { receiver: "rcv_" })).status).toBe(400);
  const removed = await act("remove", { receiver: id.slice(0, 10) });
  expect([removed.status, removed.headers.get("location")]).toEqual([303, "/receivers"]);
  expect(await operator.page("/receivers")).toMatch(/Removed\.[\s\S]*There is no receiver/);
  const audit = (await world.store.audit.ofTopic("receivers", 20)).map(
    ({ who, action }) => `${who}: ${action}`,
  );
  expect(audit.reverse()).toEqual([
    `olive: add receiver ${id}: https://your.host, account.installed sync.failing`,
    `olive: test receiver ${id}`,
    `olive: replay ${eventId} to receiver ${id}`,
    `olive: replay all since 2026-01-31T12:00:00.000Z to receiver ${id}`,
    `olive: new secret of receiver ${id}`,
    `olive: disable receiver ${id}`,
    `olive: enable receiver ${id}`,
    `olive: remove receiver ${id}`,
  ]);
  for (const hidden of [secret, next, "of-the-host"]) expect(world.logText()).not.toContain(hidden);
});

test("an operator changes a receiver's address, events, app and description; an address with a query is on no page, and stays if the field is left empty", async () => {
  const { world, operator, viewer, id, receivers } = await setup();
  const path = `/receivers/${id}/change`;
  const change = (fields: [string, string][]) => operator.submit(path, fields);
  const row = async () => {
    const { url, description, events, irisAppId } = (await receivers.row(id)) ?? {};
    return { url, description, events, irisAppId };
  };
  expect(await operator.page(`/receivers/${id}`)).toContain(`href="${path}"`);
  const form = await operator.page(path);
  expect(form).toMatch(
    /it stays https:\/\/your\.host\/fleetkeeper\?…[\s\S]*value="our app"[\s\S]*value="@a\/b"/,
  );
  expect(form.match(/value="[\w.]+" checked/g)).toEqual([
    'value="account.installed" checked',
    'value="sync.failing" checked',
  ]);
  expect(form).not.toContain("of-the-host");

  const kept = await change([
    ["url", ""],
    ["description", "ours"],
    ["events", "records.changed"],
  ]);
  expect([kept.status, kept.headers.get("location")]).toEqual([303, `/receivers/${id}`]);
  expect(await row()).toEqual({
    url: address,
    description: "ours",
    events: ["records.changed"],
    irisAppId: null,
  });
  expect(await operator.page(`/receivers/${id}`)).toContain("Changed.");
  const moved = [
    ["url", " https://your.host/new "],
    ["events", "test"],
  ] as [string, string][];
  for (const [fields, says] of [
    [
      [
        ["url", "http://your.host/"],
        ["events", "sync.failing"],
      ],
      "The address does not begin with https://.",
    ],
    [[["url", "https://your.host/new"]], "Events are one or more of"],
  ] as [[string, string][], string][]) {
    const refused = await change(fields);
    const text = await refused.text();
    expect([refused.status, text.includes(says), text.includes(`value="${fields[0]?.[1]}"`)]).toEqual([
      400,
      true,
      true,
    ]);
  }
  expect((await change(moved)).status).toBe(400);
  moved[1] = ["events", "sync.failing"];
  expect((await change(moved)).status).toBe(303);
  expect(await row()).toMatchObject({ url: "https://your.host/new", events: ["sync.failing"] });
  expect(await operator.page(path)).toContain('value="https://your.host/new"');

  expect((await viewer.send(path)).status).toBe(403);
  for (const visitor of [viewer, operator])
    expect((await visitor.send(path, { method: "POST", body: new URLSearchParams(moved) })).status).toBe(403);
  expect((await operator.send("/receivers/rcv_0/change")).status).toBe(404);
  const audit = (await world.store.audit.ofTopic("receivers", 20)).map(({ action }) => action);
  expect(audit.filter((action) => action.startsWith("change"))).toHaveLength(2);
});

test("a receiver's page shows what it answered, by outcome and event; a form that is wrong comes back, and viewers and forged forms change nothing", async () => {
  const { world, operator, viewer, id, receivers } = await setup();
  const of = { installationId: installationIdOf("@a/b", "1"), firstToken: 0, receiverId: id, position: 1 };
  const attempt = { ...of, type: "account.installed", attempt: 1, durationMs: 40 } as const;
  const { attempts } = world.store.events;
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
  for (let n = 1; n <= 26; n++)
    await attempts.add({
      ...{ ...attempt, eventId: `evt_refused${n}`, at: ago(n * 60), nextAt: new Date(Date.now() + 290_000) },
      ...{ outcome: "failed", status: 503, code: "ERR_NOTIFY_STATUS", answer: "<b>away</b>" },
    });
  const taken = { outcome: "delivered", status: 204, code: null, answer: "", nextAt: null } as const;
  await attempts.add({ ...attempt, ...taken, eventId: "evt_taken", at: ago(1) });

  const page = await viewer.page(`/receivers/${id}`);
  expect(page).toMatch(
    /evt_taken[\s\S]*204 in 40 ms[\s\S]*evt_refused1<[\s\S]*503; again in \d min[\s\S]*ERR_NOTIFY_STATUS[\s\S]*&lt;b&gt;away/,
  );
  expect(page).not.toContain("evt_refused26");
  const [, following = ""] = /href="([^"]+)" rel="next"/.exec(page) ?? [];
  expect(await viewer.page(following.replaceAll("&amp;", "&"))).toContain("evt_refused26");
  expect((await viewer.send(`/receivers/${id}?after=nothing`)).status).toBe(400);
  const delivered = await viewer.page(`/receivers/${id}?outcome=delivered`);
  expect([delivered.includes("evt_taken"), delivered.includes("evt_refused")]).toEqual([true, false]);
  expect(await viewer.page(`/receivers/${id}?event=evt_refused26`)).toContain("evt_refused26");
  expect(await operator.page(`/receivers/${id}`)).toContain(`/receivers/${id}/do/replay?event=evt_taken`);
  expect(page).not.toContain("/do/");

  for (const [url, events, says] of [
    ["http://your.host/", "sync.failing", "The address does not begin with https://."],
    ["https://127.0.0.1/", "sync.failing", "The host has no address on the public Internet."],
    ["https://your.host/", undefined, "Events are one or more of"],
  ] as const) {
    const refused = await operator.submit("/receivers/new", { url, ...(events && { events }) });
    const text = await refused.text();
    expect([url, refused.status, text.includes(says)]).toEqual([url, 400, true]);
    expect(text).toContain(`value="${url}"`);
  }
  for (const path of [
    "/receivers/new",
    ...["test", "rotate", "remove"].map((name) => `/receivers/${id}/do/${name}`),
  ]) {
    expect((await viewer.send(path)).status).toBe(403);
    for (const visitor of [viewer, operator]) {
      const filled = path.endsWith("/new") ? wanted : { hours: "1", receiver: id.slice(0, 10) };
      const forged = await visitor.send(path, { method: "POST", body: new URLSearchParams(filled) });
      expect([path, forged.status]).toEqual([path, 403]);
    }
  }
  expect(await receivers.list()).toMatchObject([{ _id: id }]);
  for (const path of ["/receivers/rcv_0", `/receivers/${id}/do/nothing`])
    expect((await operator.send(path)).status).toBe(404);
});
