// What a real MongoDB answers when it did not, or not certainly, do what it was told. The embedded server
// never says these.

import type { Document } from "mongodb";

/**
 * Of the server's own error codes
 * (https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml).
 */
const codes = {
  DuplicateKey: 11_000,
  NotWritablePrimary: 10_107,
  PrimarySteppedDown: 189,
  ShutdownInProgress: 91,
  WriteConcernFailed: 64,
  Unauthorized: 13,
  OutOfDiskSpace: 14_031,
} as const;

export type ErrorName = keyof typeof codes;

/** The command as a whole was refused. */
export function refusal(name: ErrorName): Document {
  return { ok: 0, code: codes[name], codeName: name, errmsg: `${name} (said by the proxy)` };
}

/**
 * So many writes of the command were refused: for `insert`, `update` and `delete`; other commands are refused
 * as a whole.
 */
export function writeErrors(command: string, name: ErrorName, writes: number): Document {
  if (!["insert", "update", "delete"].includes(command)) return refusal(name);
  const { code, errmsg } = refusal(name);
  return {
    ok: 1,
    n: 0,
    nModified: 0,
    writeErrors: Array.from({ length: writes }, (_, index) => ({ index, code, errmsg })),
  };
}

/** The write was carried out by the primary, and it is not certain that it will stay. */
export function unsureOf(answer: Document, name: ErrorName): Document {
  const { code, codeName, errmsg } = refusal(name);
  return { ...answer, writeConcernError: { code, codeName, errmsg } };
}
