// MongoDB's wire protocol, as far as a proxy needs it: messages in a stream, and the command in an OP_MSG
// (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). Without compression.

import { BSON, type Document } from "mongodb";

const headerBytes = 16;
const opMsg = 2013;
const checksumPresent = 1;
const bodySection = 0;

/** Cuts a stream into whole messages. */
export function createMessageReader(): (chunk: Buffer) => Buffer[] {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    const messages: Buffer[] = [];
    while (held.length >= headerBytes) {
      const length = held.readInt32LE(0);
      if (held.length < length) break;
      messages.push(held.subarray(0, length));
      held = held.subarray(length);
    }
    return messages;
  };
}

export const requestIdOf = (message: Buffer): number => message.readInt32LE(4);
export const responseToOf = (message: Buffer): number => message.readInt32LE(8);

/** The document of an OP_MSG's body section: a command, or its answer. Undefined for other messages, such as a first `hello`. */
export function bodyOf(message: Buffer): Document | undefined {
  if (message.readInt32LE(12) !== opMsg) return undefined;
  const checksumBytes = message.readUInt32LE(headerBytes) & checksumPresent ? 4 : 0;
  let offset = headerBytes + 4;
  while (offset < message.length - checksumBytes) {
    const kind = message.readUInt8(offset);
    const length = message.readInt32LE(offset + 1);
    if (kind === bodySection) return BSON.deserialize(message.subarray(offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return undefined;
}

/** How many writes an unordered `insert`, `update` or `delete` brings, each with a result of its own; 1 of an ordered one, which ends at the first. */
export function writesOf(message: Buffer): number {
  const body = bodyOf(message);
  if (body?.ordered !== false) return 1;
  const inBody = [body.documents, body.updates, body.deletes].flat().filter((write) => write !== undefined);
  return inBody.length + documentsInSequences(message);
}

function documentsInSequences(message: Buffer): number {
  const checksumBytes = message.readUInt32LE(headerBytes) & checksumPresent ? 4 : 0;
  let count = 0;
  for (let offset = headerBytes + 4; offset < message.length - checksumBytes; ) {
    const end = offset + 1 + message.readInt32LE(offset + 1);
    if (message.readUInt8(offset) !== bodySection) {
      let at = message.indexOf(0, offset + 5) + 1;
      for (; at < end; at += message.readInt32LE(at)) count++;
    }
    offset = end;
  }
  return count;
}

/** An OP_MSG that answers the request with this id. */
export function answerTo(requestId: number, body: Document): Buffer {
  const document = BSON.serialize(body);
  const head = Buffer.alloc(headerBytes + 5);
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(opMsg, 12);
  return Buffer.concat([head, document]);
}
