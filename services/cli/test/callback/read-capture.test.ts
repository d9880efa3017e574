import { expect, test } from "vitest";
import { readCapture } from "../../src/callback/read-capture.ts";

const http = [
  "POST /appinstall HTTP/1.1",
  "Host: example.com",
  "Trackunit-Identity: a.b.c",
  "X-Twice: 1",
  "x-twice: 2",
  "",
  '{"type":"INSTALLED"}',
].join("\r\n");

test("a raw request is read, with either line break, and repeated headers as Node.js joins them", () => {
  for (const text of [http, http.replaceAll("\r\n", "\n")])
    expect(readCapture(`${text}\n`)).toEqual({
      method: "POST",
      path: "/appinstall",
      headers: { host: "example.com", "trackunit-identity": "a.b.c", "x-twice": "1, 2" },
      body: '{"type":"INSTALLED"}',
      receivedAt: undefined,
    });
});

test("the body ends where Content-Length says, and a shorter one is said to be cut off", () => {
  const withLength = (length: number) => http.replace("X-Twice: 1", `Content-Length: ${length}`);
  expect(readCapture(`${withLength(20)}\n\n`).body).toBe('{"type":"INSTALLED"}');
  expect(() => readCapture(withLength(21))).toThrow("20 of the 21 bytes");
});

test("a capture in JSON is read, the body as text or as an object", () => {
  const headers = { "Trackunit-Identity": ["a.b.c"], "content-type": "application/json" };
  const expected = { "trackunit-identity": "a.b.c", "content-type": "application/json" };
  for (const body of ['{"a":1}', { a: 1 }])
    expect(readCapture(JSON.stringify({ headers, body, receivedAt: "2026-01-01T00:00:00Z" }))).toEqual({
      method: "POST",
      path: "/appinstall",
      headers: expected,
      body: '{"a":1}',
      receivedAt: new Date("2026-01-01T00:00:00Z"),
    });
  expect(readCapture(JSON.stringify({ headers: Object.entries(headers), body: "" })).headers).toEqual(
    expected,
  );
});

test.each(["", "hello", "{", '{"headers":{}}', "GET /", `${http.split("\r\n")[0]}\r\nnonsense\r\n\r\n`])(
  "%j is not a capture",
  (text) => {
    expect(() => readCapture(text)).toThrow(expect.objectContaining({ code: "ERR_CAPTURE_MALFORMED" }));
  },
);
