// Reads a request body as JSON (RFC 8259): UTF-8 only, no prototype keys, no deep nesting.

import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Refusal } from "./errors.ts";

const maxDepth = 32;
const bytesOf = new WeakMap<object, Buffer>();

/** SHA-256 over the bytes that a body was read from; undefined of what was read elsewhere. */
export function digestOf(body: object): Buffer | undefined {
  const bytes = bytesOf.get(body);
  return bytes && createHash("sha256").update(bytes).digest();
}

/** Makes the server accept `application/json` and nothing else. */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (request, bytes, done) => {
    const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
    if (encoding.toLowerCase() !== "identity" || !isUtf8(type)) return done(new Refusal("ERR_CONTENT_TYPE"));
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return done(new Refusal("ERR_BODY_MALFORMED", { reason: "not UTF-8" }));
    }
    void parseJson(request, text, (error, body) => {
      if (error) done(error);
      else if (isDeeperThan(maxDepth, body))
        done(new Refusal("ERR_BODY_MALFORMED", { reason: "nested too deep" }));
      else {
        if (typeof body === "object" && body !== null) bytesOf.set(body, bytes);
        done(null, body);
      }
    });
  });
}

function isUtf8(contentType: string): boolean {
  const charsets = [...contentType.matchAll(/;\s*charset\s*=\s*"?([^";\s]*)/gi)];
  return charsets.every(([, charset = ""]) => /^utf-?8$/i.test(charset));
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}
