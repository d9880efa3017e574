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

/**
 * The document of an OP_MSG's body section: a command, or its answer. Undefined for other messages, such as a
 * first `hello`.
 */
export function bodyOf(message: Buffer): Document | undefined {
  for (const { kind, start, end } of sectionsOf(message))
    if (kind === bodySection) return BSON.deserialize(message.subarray(start, end));
  return undefined;
}

/**
 * A command with its document sequences (`documents`, `updates`, `deletes`) as the lists that they stand for.
 */
export function wholeCommandOf(message: Buffer): Document | undefined {
  const command = bodyOf(message);
  if (command === undefined) return undefined;
  for (const { name, documents } of sequencesOf(message))
    command[name] = documents.map((document) => BSON.deserialize(document));
  return command;
}

/**
 * How many writes an unordered `insert`, `update` or `delete` brings, each with a result of its own; 1 of an
 * ordered one, which ends at the first.
 */
export function writesOf(message: Buffer): number {
  const body = bodyOf(message);
  if (body?.ordered !== false) return 1;
  const inBody = [body.documents, body.updates, body.deletes].flat().filter((write) => write !== undefined);
  return inBody.length + sequencesOf(message).reduce((count, { documents }) => count + documents.length, 0);
}

interface Section {
  kind: number;
  /** Behind the byte that says its kind. */
  start: number;
  end: number;
}

function sectionsOf(message: Buffer): Section[] {
  if (message.readInt32LE(12) !== opMsg) return [];
  const checksumBytes = message.readUInt32LE(headerBytes) & checksumPresent ? 4 : 0;
  const sections: Section[] = [];
  for (let offset = headerBytes + 4; offset < message.length - checksumBytes; ) {
    const start = offset + 1;
    const end = start + message.readInt32LE(start);
    sections.push({ kind: message.readUInt8(offset), start, end });
    offset = end;
  }
  return sections;
}

function sequencesOf(message: Buffer): { name: string; documents: Buffer[] }[] {
  return sectionsOf(message)
    .filter(({ kind }) => kind !== bodySection)
    .map(({ start, end }) => {
      const nameEnd = message.indexOf(0, start + 4);
      const documents: Buffer[] = [];
      for (let at = nameEnd + 1; at < end; at += message.readInt32LE(at))
        documents.push(message.subarray(at, at + message.readInt32LE(at)));
      return { name: message.toString("utf8", start + 4, nameEnd), documents };
    });
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
