// Content encodings that are asked for, and their decoding within a bound (RFC 9110, section 8.4).

import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { AnswerEncodingError, AnswerTooLongError } from "./errors.ts";

type Decode = (bytes: Buffer, bound: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Decode = promisify(zlib.gunzip);
const inflate: Decode = promisify(zlib.inflate);
const inflateRaw: Decode = promisify(zlib.inflateRaw);

const decoders = new Map<string, Decode>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", decodeDeflate],
  ["br", promisify(zlib.brotliDecompress) as Decode],
]);
// Node.js has Zstandard from 22.15 and 23.8.
if (typeof zlib.zstdDecompress === "function") decoders.set("zstd", promisify(zlib.zstdDecompress) as Decode);

/** For `Accept-Encoding`: exactly what `decodeBody` decodes. */
export const acceptedEncodings = [...decoders.keys()].filter((name) => name !== "x-gzip").join(", ");

/** More than one encoding is legal and unusual; a long list would only be there to cost us time. */
const maxEncodings = 3;

/**
 * The body without its content encodings.
 * @throws AnswerEncodingError for one that was not asked for, or a body that is not what it says;
 * AnswerTooLongError when any stage of the decoding is longer than `limitBytes`.
 */
export async function decodeBody(
  encoded: Buffer,
  contentEncoding: string,
  limitBytes: number,
): Promise<Buffer> {
  const names = contentEncoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > maxEncodings)
    throw new AnswerEncodingError(`the answer has ${names.length} content encodings`);
  if (encoded.length === 0) return encoded;
  let bytes = encoded;
  for (const name of names.reverse()) bytes = await decode(name, bytes, limitBytes);
  return bytes;
}

async function decode(name: string, bytes: Buffer, limitBytes: number): Promise<Buffer> {
  const decoder = decoders.get(name);
  if (decoder === undefined)
    throw new AnswerEncodingError(`the answer has the content encoding ${named(name)}`);
  try {
    return await decoder(bytes, { maxOutputLength: limitBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new AnswerTooLongError(limitBytes);
    throw new AnswerEncodingError(`the answer says ${name} but is not`, { cause });
  }
}

/** With zlib's header, as the RFC has it, or without, as some servers send it. */
async function decodeDeflate(...[bytes, bound]: Parameters<Decode>): Promise<Buffer> {
  const [first = 0, second = 0] = bytes;
  const hasHeader = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return hasHeader ? inflate(bytes, bound) : inflateRaw(bytes, bound);
}

/** A foreign text only as far as it is a token. */
function named(name: string): string {
  return /^[\w.+-]{1,30}$/.test(name) ? name : "of no readable name";
}
