import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { sender, serverOf } from "./world.ts";

const text = JSON.stringify({ content: Array.from({ length: 500 }, (_, id) => ({ id })) });
const encoded: Record<string, [string, Buffer]> = {
  gzip: ["gzip", gzipSync(text)],
  "gzip in other letters": ["GZip", gzipSync(text)],
  "x-gzip": ["x-gzip", gzipSync(text)],
  "deflate with its header": ["deflate", deflateSync(text)],
  "deflate without a header": ["deflate", deflateRawSync(text)],
  br: ["br", brotliCompressSync(text)],
  zstd: ["zstd", zstdCompressSync(text)],
  identity: ["identity", Buffer.from(text)],
  "two, one after the other": ["gzip, br", brotliCompressSync(gzipSync(text))],
  "two headers' worth with a gap": ["gzip,,identity", gzipSync(text)],
  "gzip of a text with a byte order mark": ["gzip", gzipSync(`\uFEFF${text}`)],
};

const answering = (contentEncoding: string, body: Buffer) =>
  serverOf((_request, response) => response.setHeader("content-encoding", contentEncoding).end(body));

test.each(Object.entries(encoded))("%s is decoded", async (_what, [contentEncoding, body]) => {
  const url = await answering(contentEncoding, body);
  expect((await sender()(url)).text).toBe(text);
});

test("requests accept exactly the encodings that can be decoded", async () => {
  const url = await serverOf((request, response) => response.end(request.headers["accept-encoding"]));
  expect((await sender()(url)).text).toBe("gzip, deflate, br, zstd");
});

test("an encoding that was not requested is refused by its name", async () => {
  const send = sender();
  await expect(send(await answering("compress", Buffer.from("x")))).rejects.toMatchObject({
    code: "ERR_HTTP_ENCODING",
    message: "the answer has the content encoding compress",
  });
  await expect(send(await answering("<script>", Buffer.from("x")))).rejects.toMatchObject({
    message: "the answer has the content encoding of no readable name",
  });
  await expect(send(await answering("gzip,gzip,gzip,gzip", Buffer.from("x")))).rejects.toMatchObject({
    code: "ERR_HTTP_ENCODING",
  });
});

test("a body that is not what it says, or only a part of it, is refused", async () => {
  const send = sender();
  for (const [name, body] of [
    ["gzip", Buffer.from("{}")],
    ["gzip", gzipSync(text).subarray(0, 100)],
    ["zstd", zstdCompressSync(text).subarray(0, 100)],
    ["br", Buffer.from("not brotli")],
  ] as const)
    await expect(send(await answering(name, body)), name).rejects.toMatchObject({
      code: "ERR_HTTP_ENCODING",
    });
});

test("an empty body is empty in every encoding", async () => {
  expect((await sender()(await answering("gzip", Buffer.alloc(0)))).text).toBe("");
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const)("the bound holds for what %s hides", async (name, compress) => {
  const url = await answering(name, compress(Buffer.alloc(50_000_000, "x")));
  const before = process.memoryUsage().rss;
  await expect(sender()(url, { bodyLimitBytes: 1_000_000 })).rejects.toMatchObject({
    code: "ERR_HTTP_ANSWER_TOO_LONG",
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
});
