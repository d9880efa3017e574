import type { CallbackBody } from "@fleetkeeper/callbacks";
import { asInstallationId } from "@fleetkeeper/model";
import { createLog } from "@fleetkeeper/telemetry";
import type { InjectOptions } from "fastify";
import { expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import { createIngressMetrics } from "../src/metrics.ts";

const installed = {
  type: "INSTALLED",
  irisAppId: "@a/b",
  accountId: "1",
  clientId: "id",
  clientSecret: "secret",
};

/** The app in front of something that accepts whatever reaches it. */
function setup() {
  const accepted: CallbackBody[] = [];
  const metrics = createIngressMetrics();
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const app = createApp({
    log: createLog({ service: "test", level: "info", destination }),
    metrics,
    acceptCallback: async (_identity, body) => {
      accepted.push(body);
      return {
        result: "accepted",
        installationId: asInstallationId("@a.b.1"),
        jobId: "1",
        type: "INSTALLED",
      };
    },
  });
  const post = (payload: unknown, headers: InjectOptions["headers"] = {}) =>
    app.inject({
      method: "POST",
      url: "/appinstall",
      headers: { "content-type": "application/json", ...headers },
      payload: typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    });
  return { app, post, accepted, metrics, lines };
}

test("a callback is answered with 202 and the id of its installation", async () => {
  const { post } = setup();
  const answer = await post(installed);
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toEqual({ status: "accepted", installationId: "@a.b.1" });
});

test.each([
  ["with keys of its own", { ...installed, region: "eu", nested: { constructor: 1 } }],
  ["with the longest values", { ...installed, clientId: "x".repeat(512), clientSecret: "ü".repeat(2_048) }],
  ["of another type without credential", { type: "SUSPENDED", irisAppId: "@a/b", accountId: "1" }],
  [
    "of another type with an odd credential",
    { ...installed, type: "installed", clientId: 1, clientSecret: null },
  ],
])("a body %s passes", async (_what, body) => {
  const { post, accepted } = setup();
  expect((await post(body)).statusCode).toBe(202);
  expect(accepted).toEqual([body]);
});

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const body = JSON.stringify(installed);

test.each([
  ["nothing", ""],
  ["no JSON", "{"],
  ["JSON and more", `${body}x`],
  ["two values", `${body}${body}`],
  ["a number that JSON does not know", body.replace('"1"', "NaN")],
  ["null", "null"],
  ["a list", `[${body}]`],
  ["a text", JSON.stringify(body)],
  ["a number for an account", { ...installed, accountId: 1 }],
  ["an empty account", { ...installed, accountId: "" }],
  ["a blank account", { ...installed, accountId: "1 2" }],
  ["half a surrogate pair for an account", { ...installed, accountId: "\ud800" }],
  ["a list for a type", { ...installed, type: ["INSTALLED"] }],
  ["no client id", { ...installed, clientId: undefined }],
  ["no client secret", { ...installed, clientSecret: undefined }],
  ["a client secret that is null", { ...installed, clientSecret: null }],
  ["an empty client secret", { ...installed, clientSecret: "" }],
  ["a client secret that is too long", { ...installed, clientSecret: "x".repeat(2_049) }],
  ["an app that is too long", { ...installed, irisAppId: "x".repeat(201) }],
  ["a prototype key", `{"__proto__":{"admin":true},${body.slice(1)}`],
  ["an escaped prototype key", `{"\\u005f_proto__":{"type":"x"},${body.slice(1)}`],
  ["a constructor with a prototype", `{"constructor":{"prototype":{"x":1}},${body.slice(1)}`],
  ["deep nesting", `{"x":${nested(33)},${body.slice(1)}`],
  ["very deep nesting", `{"x":${nested(7_000)},${body.slice(1)}`],
  [
    "invalid UTF-8",
    Buffer.concat([Buffer.from(body.slice(0, -2)), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  ],
  ["UTF-16", Buffer.from(body, "utf16le")],
])("%s for a body is refused with 400", async (_what, payload) => {
  const { post, accepted } = setup();
  const answer = await post(payload);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toEqual({ error: { code: "ERR_BODY_MALFORMED", message: expect.any(String) } });
  expect(accepted).toEqual([]);
});

test.each([
  [{ "content-type": "text/plain" }],
  [{ "content-type": "application/x-www-form-urlencoded" }],
  [{ "content-type": "application/jsonp" }],
  [{ "content-type": "text/json" }],
  [{ "content-type": "application/json; charset=utf-16" }],
  [{ "content-type": "application/json; charset=latin1; charset=utf-8" }],
  [{ "content-type": "application/json, text/plain" }],
  [{ "content-type": "" }],
  [{ "content-encoding": "gzip" }],
])("a body with the headers %j is refused with 415", async (headers) => {
  const { post, accepted } = setup();
  const answer = await post(installed, headers);
  expect(answer.statusCode).toBe(415);
  expect(answer.json().error.code).toBe("ERR_CONTENT_TYPE");
  expect(accepted).toEqual([]);
});

test.each(["application/json", "application/json; charset=utf-8", 'Application/JSON;Charset="UTF-8"'])(
  "the content type %s is taken",
  async (type) => {
    expect((await setup().post(installed, { "content-type": type })).statusCode).toBe(202);
  },
);

test("a body above 16 KiB is refused with 413", async () => {
  const { post } = setup();
  const filled = (bytes: number) => {
    const empty = JSON.stringify({ ...installed, x: "" }).length;
    return { ...installed, x: "x".repeat(bytes - empty) };
  };
  expect((await post(filled(16_384))).statusCode).toBe(202);
  const answer = await post(filled(16_385));
  expect(answer.statusCode).toBe(413);
  expect(answer.json().error.code).toBe("ERR_BODY_TOO_LARGE");
});

test("other paths and methods are refused in the same shape", async () => {
  const { app } = setup();
  for (const url of ["/", "/appinstall//", "/APPINSTALL", "/appinstall/x", "//appinstall", "/.env"]) {
    const answer = await app.inject({ method: "POST", url });
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, "ERR_NOT_FOUND"]);
  }
  for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] as const) {
    const answer = await app.inject({ method, url: "/appinstall?x=1" });
    expect([answer.statusCode, answer.json().error.code]).toEqual([405, "ERR_METHOD_NOT_ALLOWED"]);
    expect(answer.headers.allow).toBe("POST");
  }
  const answer = await app.inject({ method: "POST", url: "/%zz" });
  expect([answer.statusCode, answer.json().error.code]).toEqual([400, "ERR_REQUEST_MALFORMED"]);
});

test("a slash at the end of the callback's path means nothing", async () => {
  const { app } = setup();
  for (const url of ["/appinstall/", "/appinstall/?x=1"])
    expect((await app.inject({ method: "POST", url, payload: installed })).statusCode).toBe(202);
  expect((await app.inject({ method: "GET", url: "/appinstall/" })).json().error.code).toBe(
    "ERR_METHOD_NOT_ALLOWED",
  );
});

test("only a POST to the callback path counts as a callback", async () => {
  const { app, metrics, post } = setup();
  const json = { "content-type": "application/json" };
  await app.inject({ method: "POST", url: "/.env", headers: json, payload: "{" });
  await app.inject({ method: "GET", url: "/appinstall" });
  await app.inject({ method: "POST", url: "/%zz" });
  const counted = async () =>
    (await metrics.callbacks.get()).values
      .filter(({ value }) => value > 0)
      .map(({ labels }) => labels.result);
  expect(await counted()).toEqual([]);
  await post("{");
  expect(await counted()).toEqual(["ERR_BODY_MALFORMED"]);
});

test("one callback that is repeated without end is one line in the log", async () => {
  const { post, lines } = setup();
  for (let count = 0; count < 50; count++) expect((await post(installed)).statusCode).toBe(202);
  expect(lines).toHaveLength(1);
});

test("every result is counted", async () => {
  const { post, metrics } = setup();
  await post(installed);
  await post(installed);
  await post("{");
  const { values } = await metrics.callbacks.get();
  const counted = values.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.result, value]);
  expect(counted).toEqual([
    ["ERR_BODY_MALFORMED", 1],
    ["accepted", 2],
  ]);
});

test("an unforeseen error is a 500 without details", async () => {
  const app = createApp({
    log: createLog({ service: "test", level: "silent" }),
    metrics: createIngressMetrics(),
    acceptCallback: async () => {
      throw new TypeError("a secret detail");
    },
  });
  const answer = await app.inject({ method: "POST", url: "/appinstall", payload: installed });
  expect(answer.statusCode).toBe(500);
  expect(answer.json().error.code).toBe("ERR_INTERNAL");
  expect(answer.body).not.toContain("detail");
});
