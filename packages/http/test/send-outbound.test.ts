import { expect, test } from "vitest";
import { sender, serverOf } from "./world.ts";

test("an answer of any status is complete, and without its byte order mark", async () => {
  const url = await serverOf((_request, response) =>
    response.writeHead(404, { "content-type": "application/json", "retry-after": "7" }).end("\uFEFF{}"),
  );
  expect(await sender()(url)).toEqual({
    status: 404,
    contentType: "application/json",
    retryAfterMs: 7_000,
    text: "{}",
  });
});

test("a body is accepted up to its limit, and not a byte more", async () => {
  const url = await serverOf((request, response) => response.end("x".repeat(Number(request.url?.slice(1)))));
  const send = sender();
  expect((await send(`${url}100`, { bodyLimitBytes: 100 })).text).toHaveLength(100);
  await expect(send(`${url}101`, { bodyLimitBytes: 100 })).rejects.toMatchObject({
    code: "ERR_HTTP_ANSWER_TOO_LONG",
    remedy: "never",
    message: "the answer is longer than 100 bytes",
  });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is refused by name and leads nowhere",
  async (status) => {
    const paths: (string | undefined)[] = [];
    const url = await serverOf((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: "https://user:secret@elsewhere.test/path?key=secret" }).end();
    });
    await expect(sender()(url)).rejects.toMatchObject({
      code: "ERR_HTTP_REDIRECT",
      status,
      message: `the answer is a redirect (${status}) to https://elsewhere.test, which is not followed`,
    });
    expect(paths).toEqual(["/"]);
  },
);

test("no answer, half an answer and none in time are the same to the caller, with the cause", async () => {
  const url = await serverOf((request, response) => {
    if (request.url === "/cut") response.destroy();
    if (request.url === "/half") {
      response.writeHead(200, { "content-length": 10 }).write("half");
      setImmediate(() => response.destroy());
    }
  });
  const send = sender();
  for (const path of ["cut", "half", "hang"])
    await expect(send(url + path, { timeoutMs: 300 }), path).rejects.toMatchObject({
      code: "ERR_HTTP_NO_ANSWER",
      remedy: "retry",
      cause: expect.any(Error),
    });
});

test("an abort by the caller throws the caller's own error", async () => {
  const url = await serverOf(() => undefined);
  const reason = new Error("the worker stops");
  await expect(sender()(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const ending = new AbortController();
  const waiting = sender()(url, { signal: ending.signal });
  ending.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test.each<[string, number, Record<string, string>, string]>([
  ["of an encoding that nobody asked for", 503, { "content-encoding": "compress" }, "x"],
  ["that is not what it says", 429, { "content-encoding": "gzip" }, "x"],
  ["longer than is taken", 403, {}, "x".repeat(70_000)],
  ["that breaks off", 503, { "content-length": "100" }, "x"],
])(
  "a refusal that says how long to wait is respected even if its body is one %s",
  async (_what, status, headers, body) => {
    const url = await serverOf((_request, response) => {
      response.writeHead(status, { "retry-after": "600", ...headers }).write(body);
      setImmediate(() => (headers["content-length"] ? response.destroy() : response.end()));
    });
    expect(await sender()(url)).toMatchObject({ status, retryAfterMs: 600_000, text: "" });
  },
);
