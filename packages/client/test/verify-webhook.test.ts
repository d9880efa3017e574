import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type VerifyWebhookOptions, verifyWebhook, type WebhookHeaders } from "../src/index.ts";

/** The example of Standard Webhooks and Svix: signed, and no event of Fleetkeeper. */
const vector = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  body: '{"test": 2432232314}',
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
};
const atMs = 1_614_265_330_000;
const secret = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
const otherSecret = `whsec_${Buffer.alloc(32, 4).toString("base64")}`;
const event = { type: "account.installed", timestamp: "2021-02-25T15:02:10.000Z", data: { accountId: "a1" } };
const body = JSON.stringify(event);

/** Node's own HMAC: nothing of what is tested. */
function sign(
  content: string | Uint8Array,
  how: { secret?: string; id?: string; time?: string } = {},
): string {
  const key = Buffer.from((how.secret ?? secret).slice(6), "base64");
  const mac = createHmac("sha256", key).update(`${how.id ?? "evt_1"}.${how.time ?? "1614265330"}.`);
  return `v1,${mac.update(content).digest("base64")}`;
}

function headersOf(signature: string, changes: Record<string, string | string[] | undefined> = {}) {
  const headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": "1614265330",
    "webhook-signature": signature,
  };
  return { ...headers, ...changes };
}

async function outcome(
  content: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secrets: string | string[] = secret,
  options: VerifyWebhookOptions = {},
): Promise<unknown> {
  return verifyWebhook(content, headers, secrets, { now: () => atMs, ...options }).catch(
    (error: { code: string }) => error.code,
  );
}

test("the public vector is verified as far as its signature, and its body is not an event", async () => {
  expect(await outcome(vector.body, vector.headers, vector.secret)).toBe("ERR_WEBHOOK_CONTENT");
  expect(await outcome(`${vector.body} `, vector.headers, vector.secret)).toBe("ERR_WEBHOOK_UNVERIFIED");
});

test("an event comes with its id, from text or bytes, and headers of every form", async () => {
  const headers = headersOf(sign(body));
  const bytes = new TextEncoder().encode(body);
  const loud = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  for (const form of [
    headers,
    loud,
    new Headers(headers),
    headersOf(sign(body), { "webhook-id": ["evt_1"] }),
  ])
    for (const content of [body, bytes, bytes.buffer])
      expect(await outcome(content, form)).toEqual({ id: "evt_1", ...event });
});

test("one of several secrets, and one of several signatures of any version, is enough", async () => {
  const headers = headersOf(`${sign(body, { secret: otherSecret })} v1a,abcd v1,no! ${sign(body)} v2,`);
  expect(await outcome(body, headers, secret)).toMatchObject(event);
  expect(await outcome(body, headers, [otherSecret])).toMatchObject(event);
  const third = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;
  expect(await outcome(body, headers, [third, secret])).toMatchObject(event);
  expect(await outcome(body, headers, third)).toBe("ERR_WEBHOOK_UNVERIFIED");
});

test.each<[string, string, Record<string, string | string[] | undefined>]>([
  ["no id", "ERR_WEBHOOK_HEADERS", { "webhook-id": undefined }],
  ["an empty signature", "ERR_WEBHOOK_HEADERS", { "webhook-signature": "" }],
  ["two ids", "ERR_WEBHOOK_HEADERS", { "webhook-id": ["evt_1", "evt_1"] }],
  ["an id twice by case", "ERR_WEBHOOK_HEADERS", { "Webhook-Id": "evt_1" }],
  ["a time in words", "ERR_WEBHOOK_HEADERS", { "webhook-timestamp": "1614265330.0" }],
  ["an id with a full stop", "ERR_WEBHOOK_HEADERS", { "webhook-id": "evt.1" }],
  ["a negative time", "ERR_WEBHOOK_HEADERS", { "webhook-timestamp": "-1614265330" }],
  ["a signature without end", "ERR_WEBHOOK_HEADERS", { "webhook-signature": "v1,".repeat(2_000) }],
  ["another id", "ERR_WEBHOOK_UNVERIFIED", { "webhook-id": "evt_2" }],
  ["another time", "ERR_WEBHOOK_UNVERIFIED", { "webhook-timestamp": "1614265331" }],
  ["another version", "ERR_WEBHOOK_UNVERIFIED", { "webhook-signature": sign(body).replace("v1", "v1a") }],
  ["no version", "ERR_WEBHOOK_UNVERIFIED", { "webhook-signature": sign(body).slice(3) }],
  ["half a signature", "ERR_WEBHOOK_UNVERIFIED", { "webhook-signature": sign(body).slice(0, 23) }],
])("%s is refused by %s", async (_what, code, changes) => {
  expect(await outcome(body, headersOf(sign(body), changes))).toBe(code);
});

test("the timestamp may be five minutes from now and no more, in either direction, or as far as one says", async () => {
  const at = (now: number, options: VerifyWebhookOptions = {}) =>
    outcome(body, headersOf(sign(body)), secret, { now: () => now, ...options });
  for (const aheadMs of [-300_000, 0, 300_000]) expect(await at(atMs + aheadMs)).toMatchObject(event);
  for (const aheadMs of [-300_001, 300_001]) expect(await at(atMs + aheadMs)).toBe("ERR_WEBHOOK_TIMESTAMP");
  expect(await at(atMs + 3_600_000, { toleranceMs: 3_600_000 })).toMatchObject(event);
  expect(await at(Number.NaN)).toBe("ERR_WEBHOOK_TIMESTAMP");
  expect(await at(atMs, { toleranceMs: Number.NaN })).toBe("ERR_WEBHOOK_TIMESTAMP");
});

test.each([[[]], ["whsec_"], ["my key"], ["whsec_c2hvcnQ="], ["whsec_***"], [Array(11).fill(secret)]])(
  "%j is refused as a secret, and the error does not repeat it",
  async (secrets) => {
    const fault = await verifyWebhook(body, headersOf(sign(body)), secrets).catch((error) => error);
    expect(fault).toMatchObject({ name: "WebhookError", code: "ERR_WEBHOOK_KEY" });
    for (const one of [secrets].flat()) expect(fault.message.replace("whsec_ and", "")).not.toContain(one);
  },
);

test.each(["", "no json", "null", "[]", '{"type":1}', '{"type":"x","timestamp":"y","data":null}'])(
  "a signed body that is not an event is recognised as such: %j",
  async (content) => {
    expect(await outcome(content, headersOf(sign(content)))).toBe("ERR_WEBHOOK_CONTENT");
  },
);

test("a body that is already parsed is refused with an explanation", async () => {
  expect(await outcome(event as unknown as string, headersOf(sign(body)))).toBe("ERR_WEBHOOK_CONTENT");
});

test("any signed body is verified, and is not with one changed bit", async () => {
  const key = fc.uint8Array({ minLength: 24, maxLength: 64 });
  const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/);
  await fc.assert(
    fc.asyncProperty(key, id, fc.json(), fc.nat(), fc.nat(7), async (bytes, webhookId, json, at, bit) => {
      const mine = `whsec_${Buffer.from(bytes).toString("base64")}`;
      const content = new TextEncoder().encode(JSON.stringify({ ...event, data: { json } }));
      const headers = headersOf(sign(content, { secret: mine, id: webhookId }), { "webhook-id": webhookId });
      expect(await outcome(content, headers, mine)).toEqual({ ...event, id: webhookId, data: { json } });
      const changed = content.slice();
      const index = at % changed.length;
      changed[index] = (changed[index] ?? 0) ^ (1 << bit);
      expect(await outcome(changed, headers, mine)).toBe("ERR_WEBHOOK_UNVERIFIED");
    }),
    { numRuns: 200 },
  );
});

test("headers and signatures of any shape cause no error but its own", async () => {
  const text = fc.oneof(fc.string(), fc.constant(sign(body)));
  const headers = fc.record(
    {
      "webhook-id": text,
      "webhook-timestamp": fc.oneof(text, fc.constant("1614265330")),
      "webhook-signature": text,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(headers, fc.oneof(fc.string(), fc.uint8Array()), async (given, content) => {
      expect(await outcome(content, given)).toMatch(/^ERR_WEBHOOK_/);
    }),
    { numRuns: 100 },
  );
});
