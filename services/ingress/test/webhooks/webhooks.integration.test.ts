import type { SealedText } from "@fleetkeeper/model";
import { newWebhookKey } from "@fleetkeeper/test-worlds";
import { expect, test, vi } from "vitest";
import { openRaw } from "../raw-connection.ts";
import { testWebhookWorld } from "./webhook-world.ts";

let world: Awaited<ReturnType<typeof testWebhookWorld>>;

test("a delivery of either family becomes one job with a sealed payload, even if it comes several times", async () => {
  world = await testWebhookWorld();
  const { path, key, installationId, endpointId } = await world.addEndpoint();
  const body = '{"type":"sites.asset.enter","asset":"confidential"}';
  for (const family of ["svix", "webhook"] as const)
    for (let time = 0; time < 3; time++)
      expect(await world.deliver(path, key, { family, id: `msg_${family}`, body })).toMatchObject({
        status: 202,
      });
  const jobs = await world.deliveries();
  expect(jobs).toHaveLength(2);
  expect(jobs[0]).toMatchObject({
    installationId,
    endpointId,
    messageId: "msg_svix",
    type: "sites.asset.enter",
  });
  expect(JSON.stringify(jobs)).not.toContain("confidential");
  const { sealedPayload } = jobs[0] as { sealedPayload: SealedText };
  expect(await world.openPayload(sealedPayload, { installationId, purpose: "webhook-payload" })).toBe(body);
  expect(world.logged()).not.toContain("confidential");
  expect(world.logged()).not.toContain(key);
  expect(world.logged()).not.toContain(endpointId);
});

test("a body is kept even if it is not JSON, of an unknown type, of any content type or empty", async () => {
  world = await testWebhookWorld();
  const { path, key } = await world.addEndpoint();
  for (const [body, type] of [
    ["no json", "text/plain"],
    ['{"type":"nobody.knows"}', "application/x-www-form-urlencoded"],
    ["[[[[", "application/json"],
    ["", "application/json"],
  ] as const)
    expect(await world.deliver(path, key, { body, headers: { "content-type": type } })).toMatchObject({
      status: 202,
    });
  expect((await world.deliveries()).map((job) => "type" in job && job.type)).toEqual([
    null,
    "nobody.knows",
    null,
    null,
  ]);
});

test("only the beginning of a long body is kept", async () => {
  world = await testWebhookWorld();
  const { path, key, installationId } = await world.addEndpoint();
  const body = "x".repeat(256 * 1_024);
  expect(await world.deliver(path, key, { body })).toMatchObject({ status: 202 });
  const [job] = await world.deliveries();
  if (job === undefined || !("bytes" in job)) throw new Error("there is no delivery");
  expect(job.bytes).toBe(body.length);
  const payload = await world.openPayload(job.sealedPayload, { installationId, purpose: "webhook-payload" });
  expect(payload).toBe(body.slice(0, 32 * 1_024));
});

test("both keys are valid during a rotation, and then the old one ends", async () => {
  world = await testWebhookWorld();
  const [old, next] = [newWebhookKey(), newWebhookKey()];
  const { path } = await world.addEndpoint("1", [
    { key: next, until: null },
    { key: old, until: new Date(Date.now() + 120_000) },
  ]);
  for (const key of [old, next]) expect(await world.deliver(path, key)).toMatchObject({ status: 202 });
  world.advance(121_000);
  expect(await world.deliver(path, old)).toMatchObject({ status: 401 });
  expect(await world.deliver(path, next)).toMatchObject({ status: 202 });
});

test("hostile deliveries are refused with a code, and only counted", async () => {
  world = await testWebhookWorld();
  const one = await world.addEndpoint("1");
  const other = await world.addEndpoint("2");
  const { path, key } = one;
  const signatures = (value: string) => ({ headers: { "svix-signature": value } });
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const unverified = { status: 401, code: "ERR_WEBHOOK_UNVERIFIED" };
  const cases: [what: string, sent: Parameters<typeof world.deliver>[2], expected: object][] = [
    ["another key", { key: newWebhookKey() }, unverified],
    ["another endpoint's key", { key: other.key }, unverified],
    ["v1a", signatures("v1a,abc="), unverified],
    ["an unknown version", signatures("v7,abc="), unverified],
    ["no version", signatures("abc"), unverified],
    ["only commas", signatures(",,, ,"), unverified],
    ["old", { at: minutes(-6) }, { status: 400, code: "ERR_WEBHOOK_TIMESTAMP" }],
    ["from the future", { at: minutes(6) }, { status: 400, code: "ERR_WEBHOOK_TIMESTAMP" }],
    [
      "time altered",
      { headers: { "svix-timestamp": String(Math.floor(Date.now() / 1_000) - 1) } },
      unverified,
    ],
    ["an odd time", { headers: { "svix-timestamp": "1e9" } }, { status: 400, code: "ERR_WEBHOOK_HEADERS" }],
    ["mixed", { headers: { "webhook-id": "other" } }, { status: 400, code: "ERR_WEBHOOK_HEADERS" }],
    [
      "no headers",
      { headers: { "svix-id": "", "svix-timestamp": "", "svix-signature": "" } },
      { status: 400, code: "ERR_WEBHOOK_HEADERS" },
    ],
    ["empty", signatures(""), { status: 400, code: "ERR_WEBHOOK_HEADERS" }],
    ["gzip", { headers: { "content-encoding": "gzip" } }, { status: 415, code: "ERR_WEBHOOK_ENCODING" }],
    ["1 MB", { body: "x".repeat(1_000_000) }, { status: 413, code: "ERR_WEBHOOK_TOO_LARGE" }],
  ];
  for (const [what, sent, expected] of cases)
    expect([what, await world.deliver(path, key, sent)]).toEqual([what, expect.objectContaining(expected)]);
  // As no HTTP client sends them: a header twice, and a body of 300 KB that does not say how long it is.
  const seconds = Math.floor(Date.now() / 1_000);
  const usual = [
    "host: x",
    "connection: close",
    `svix-timestamp: ${seconds}`,
    "svix-signature: v1,a",
    "svix-id: a",
  ];
  const raw = async (lines: string[], rest: string) => {
    const { socket, received, ended } = openRaw(world.url);
    socket.write(`POST ${path} HTTP/1.1\r\n${[...usual, ...lines].join("\r\n")}\r\n\r\n${rest}`);
    await ended;
    return received();
  };
  expect(await raw(["svix-id: a", "content-length: 2"], "{}")).toContain("ERR_WEBHOOK_HEADERS");
  const chunk = `${(300_000).toString(16)}\r\n${"x".repeat(300_000)}\r\n0\r\n\r\n`;
  expect(await raw(["transfer-encoding: chunked"], chunk)).toContain("ERR_WEBHOOK_UNVERIFIED");
  expect(await world.deliveries()).toEqual([]);
  await vi.waitFor(async () => {
    const { byReason } = await world.refusals(one.endpointId);
    expect(byReason).toEqual({ signature: 7, "body too large": 1 });
  }, 20_000);
});

test("refused deliveries to one endpoint block neither those to another nor callbacks, and refused callbacks block no delivery", async () => {
  world = await testWebhookWorld({ INGRESS_REFUSALS_PER_MINUTE: "5" });
  const [one, other] = [await world.addEndpoint("1"), await world.addEndpoint("2")];
  const tooMany = { status: 429, code: "ERR_WEBHOOK_TOO_MANY" };
  for (let count = 0; count < 5; count++)
    expect(await world.deliver(one.path, newWebhookKey())).toMatchObject({ status: 401 });
  expect(await world.deliver(one.path, one.key)).toMatchObject(tooMany);
  expect(await world.deliver(other.path, other.key)).toMatchObject({ status: 202 });
  expect(await world.callback()).toMatchObject({ status: 202 });

  for (let count = 0; count < 5; count++)
    expect(await world.callback({ token: "a.b.c" })).toMatchObject({ status: 401 });
  expect(await world.callback()).toMatchObject({ status: 429, code: "ERR_TOO_MANY_REFUSALS" });
  expect(await world.deliver(other.path, other.key)).toMatchObject({ status: 202 });

  // What names no endpoint of ours is cheap, and has ten times as much.
  const gone = `/webhooks/${"A".repeat(32)}`;
  const statuses: number[] = [];
  for (let count = 0; count < 51; count++) statuses.push((await world.deliver(gone, one.key)).status);
  expect(statuses).toEqual([...Array(50).fill(401), 429]);
});

test("an altered body is refused", async () => {
  world = await testWebhookWorld();
  const { path, key } = await world.addEndpoint();
  const sound = await world.deliver(path, key, { id: "msg_a", body: '{"type":"a","n":1}' });
  expect(sound.status).toBe(202);
  const { Webhook } = await import("standardwebhooks");
  const at = new Date();
  const headers = {
    "svix-id": "msg_b",
    "svix-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "svix-signature": new Webhook(key).sign("msg_b", at, '{"n":1}'),
  };
  const altered = await fetch(`${world.url}${path}`, { method: "POST", body: '{"n":2}', headers });
  expect(altered.status).toBe(401);
  expect(await world.deliveries()).toHaveLength(1);
});

test("an unknown endpoint is answered like a wrong key, after one lookup and without reading the body", async () => {
  world = await testWebhookWorld();
  const known = await world.addEndpoint();
  const wrong = await world.deliver(known.path, newWebhookKey());
  const gone = "/webhooks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const unknown = await world.deliver(gone, newWebhookKey());
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  const named = (headers: Headers) => [...headers.keys()].filter((name) => name !== "date").toSorted();
  expect(named(unknown.headers)).toEqual(named(wrong.headers));
  // Its body is not waited for.
  const { socket, received } = openRaw(world.url);
  const time = Math.floor(Date.now() / 1_000);
  socket.write(
    `POST ${gone} HTTP/1.1\r\nhost: x\r\nsvix-id: a\r\nsvix-timestamp: ${time}\r\nsvix-signature: v1,a\r\ncontent-length: 100000\r\n\r\n`,
  );
  await vi.waitFor(() => expect(received()).toContain("ERR_WEBHOOK_UNVERIFIED"), 20_000);
  socket.destroy();
});

test("every other path is refused", async () => {
  world = await testWebhookWorld();
  const paths = [
    "/webhooks/",
    "/webhooks",
    "/webhooks/..%2fappinstall",
    "/webhooks/%00",
    "/webhooks/*",
    `/webhooks/${"a".repeat(31)}`,
    `/webhooks/${"a".repeat(33)}`,
    `/webhooks/${"a".repeat(200)}`,
    `/webhooks/${"a".repeat(32)}/more`,
    "/webhooks/%F0%9F%98%80",
    "//webhooks/x",
  ];
  for (const path of paths) {
    const { status } = await world.deliver(path, newWebhookKey());
    expect([path, [400, 401, 404].includes(status)]).toEqual([path, true]);
  }
  expect(await world.deliveries()).toEqual([]);
});

test("an entry that another key sealed, or that belongs to another endpoint, counts as missing", async () => {
  world = await testWebhookWorld();
  const one = await world.addEndpoint();
  const other = await world.addEndpoint("2");
  await world.redis.copy(world.registryKey(one.endpointId), world.registryKey(other.endpointId), "REPLACE");
  expect(await world.deliver(other.path, one.key)).toMatchObject({ status: 401 });
  await world.redis.set(world.registryKey(one.endpointId), "@a.b.1 eyJhbGciOiJkaXIifQ....");
  expect(await world.deliver(one.path, one.key)).toMatchObject({ status: 401 });
});

test("without WEBHOOK_KEY there are no webhooks", async () => {
  world = await testWebhookWorld({ WEBHOOK_KEY: "" });
  expect(await world.deliver("/webhooks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", newWebhookKey())).toMatchObject({
    status: 404,
  });
});
