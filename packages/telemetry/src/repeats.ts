// Says an error that repeats once, and then once a minute how often it came: an outage has one cause and
// thousands of victims.

import { FleetkeeperError, rootOf } from "@fleetkeeper/model";
import type { LogFn, LoggerOptions } from "pino";

type LogMethod = NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]>;
type Arguments = Parameters<LogFn>;

const windowMs = 60_000;
/**
 * Kinds beyond this are written as they come: the memory has a bound, and nothing is kept silent by mistake.
 */
const maxKinds = 200;
const warn = 40;

interface Repeats {
  count: number;
  /** Writes the last of them again, with their number and its own time, which the line's is not. */
  tell: (() => void) | undefined;
}

/**
 * A hook for pino. Of the lines at `warn` or above that carry an error, the first of a kind is written; of
 * the others in the same minute the last one, at its end, with `repeated` and `lastAt`. A kind is the
 * message, the error's code and the root cause; an error of ours that has no foreign cause is about its
 * account, and each account has its own.
 */
export function createRepeats(): LogMethod {
  const kinds = new Map<string, Repeats>();

  function open(kind: string): void {
    const repeats: Repeats = { count: 0, tell: undefined };
    kinds.set(kind, repeats);
    setTimeout(() => {
      kinds.delete(kind);
      if (repeats.tell === undefined) return;
      open(kind);
      repeats.tell();
    }, windowMs).unref();
  }

  return function logMethod(args, method, level) {
    const write = (all: Arguments) => method.apply(this, all);
    const [fields, ...rest] = args as [unknown, ...unknown[]];
    const kind = level < warn ? undefined : kindOf(fields, rest[0]);
    const known = kind === undefined ? undefined : kinds.get(kind);
    if (known !== undefined) {
      known.count++;
      const lastAt = new Date().toISOString();
      known.tell = () =>
        write([{ ...(fields as object), repeated: known.count, lastAt }, ...rest] as unknown as Arguments);
      return;
    }
    if (kind !== undefined && kinds.size < maxKinds) open(kind);
    write(args);
  };
}

/** Undefined for a line without an error. */
function kindOf(fields: unknown, message: unknown): string | undefined {
  const { error, installationId } = (fields ?? {}) as Record<string, unknown>;
  if (!(error instanceof Error)) return undefined;
  const root = rootOf(error);
  const account = root instanceof FleetkeeperError ? installationId : undefined;
  return JSON.stringify([message, codeOf(error), codeOf(root), account]);
}

/** Its code; of Redis's answers the first word, which is one; of others the name. */
function codeOf(error: unknown): string {
  const { code, name = "", message = String(error) } = (error ?? {}) as Partial<Error> & { code?: unknown };
  if (code !== undefined) return String(code);
  return name === "ReplyError" ? (message.split(" ", 1)[0] ?? name) : `${name} ${message.slice(0, 40)}`;
}
