// Bodies as they go over the wire: content encodings (RFC 9110, section 8.4), true ones and false ones, and a
// byte order mark.

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Answer } from "../http/answers.ts";
import { bytesOf } from "../http/deliver.ts";
import type { FaultKind } from "./fault.ts";
import { deepJson, deepMark } from "./odd-record.ts";
import type { TakenFaults } from "./taken-faults.ts";

const byteOrderMark = Buffer.from("\uFEFF");
const bombBytes = 100_000_000;

const encodings: Partial<Record<FaultKind, [name: string, encode: (bytes: Buffer) => Buffer]>> = {
  gzip: ["gzip", (bytes) => gzipSync(bytes)],
  br: ["br", (bytes) => brotliCompressSync(bytes)],
  deflate: ["deflate", (bytes) => deflateSync(bytes)],
  "raw-deflate": ["deflate", (bytes) => deflateRawSync(bytes)],
  zstd: ["zstd", (bytes) => zstdCompressSync(bytes)],
  "unknown-encoding": ["compress", (bytes) => bytes],
  "false-encoding": ["gzip", (bytes) => bytes],
  "gzip-bomb": ["gzip", () => gzipSync(Buffer.alloc(bombBytes, " "))],
};

/** The answer as its bytes; the same one when none of these faults is there. */
export function withEncoding(answer: Answer, faults: TakenFaults): Answer {
  let bytes = faults.has("deep-record") ? withDepth(bytesOf(answer)) : undefined;
  if (faults.has("bom")) bytes = Buffer.concat([byteOrderMark, bytes ?? bytesOf(answer)]);
  const [name, encode] = Object.entries(encodings).find(([kind]) => faults.has(kind as FaultKind))?.[1] ?? [];
  if (name === undefined || encode === undefined)
    return bytes === undefined ? answer : { ...answer, body: bytes };
  const headers = { ...answer.headers, "content-encoding": name };
  return { ...answer, headers, body: encode(bytes ?? bytesOf(answer)) };
}

function withDepth(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString().replace(`"${deepMark}"`, deepJson));
}
