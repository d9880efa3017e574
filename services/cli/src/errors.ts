// Why a command was not carried out: each cause with its code, its exit code and what to do.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export abstract class CliError extends FleetkeeperError {
  abstract readonly exitCode: ExitCode;
  readonly remedy = "never";
  /** What the user can do, as a sentence; undefined where the message says it. */
  readonly advice: string | undefined;

  constructor(message: string, options: { advice?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.advice = options.advice;
  }
}

/** A value of an option or argument that cannot be meant. */
export class UsageError extends defineError(CliError, "ERR_USAGE", "never") {
  readonly exitCode = exitCodes.usage;
}

/** A destructive command was neither confirmed on a terminal nor by `--yes`. */
export class NotConfirmedError extends defineError(CliError, "ERR_NOT_CONFIRMED", "never") {
  readonly exitCode = exitCodes.usage;
}

/** Nothing has that name. */
export class NothingFoundError extends defineError(CliError, "ERR_NOT_FOUND", "never") {
  readonly exitCode = exitCodes.notFound;
}

/** Several accounts begin like this. */
export class AmbiguousAccountError extends defineError(CliError, "ERR_ACCOUNT_AMBIGUOUS", "never") {
  readonly exitCode = exitCodes.usage;
}

/** Several callbacks have ids that begin like this. */
export class AmbiguousCallbackError extends defineError(CliError, "ERR_CALLBACK_AMBIGUOUS", "never") {
  readonly exitCode = exitCodes.usage;
}

/** What came then must not, or cannot, be taken now. */
export class NotReplayableError extends defineError(CliError, "ERR_NOT_REPLAYABLE", "never") {
  readonly exitCode = exitCodes.refused;
}

export class RedisUnreachableError extends defineError(CliError, "ERR_REDIS_UNREACHABLE", "never") {
  readonly exitCode = exitCodes.unreachable;
}

export class MongodbUnreachableError extends defineError(CliError, "ERR_MONGODB_UNREACHABLE", "never") {
  readonly exitCode = exitCodes.unreachable;
}

/** The run that was waited for ended without success. */
export class RunFailedError extends defineError(CliError, "ERR_RUN_FAILED", "never") {
  readonly exitCode = exitCodes.failed;
}

/** The run that the command waited for did not end in time; it continues. */
export class WaitedTooLongError extends defineError(CliError, "ERR_WAITED_TOO_LONG", "never") {
  readonly exitCode = exitCodes.waitedTooLong;
}

/** The account is paused, revoked, or has no credential yet. */
export class AccountNotActiveError extends defineError(CliError, "ERR_ACCOUNT_NOT_ACTIVE", "never") {
  readonly exitCode = exitCodes.wrongState;
}

/** There is no access token to ask with. */
export class NoTokenError extends defineError(CliError, "ERR_NO_TOKEN", "never") {
  readonly exitCode = exitCodes.failed;
}

/** A file that is there would be overwritten, or one cannot be read or written. */
export class FileError extends defineError(CliError, "ERR_FILE", "never") {
  readonly exitCode = exitCodes.failed;
}

/** The file does not hold a captured callback. */
export class CaptureError extends defineError(CliError, "ERR_CAPTURE_MALFORMED", "never") {
  readonly exitCode = exitCodes.usage;
}

/** The keys at hand do not allow it. */
export class KeysError extends defineError(CliError, "ERR_KEYS", "never") {
  readonly exitCode = exitCodes.failed;
}

/** SIGINT. */
export class InterruptedError extends defineError(CliError, "ERR_INTERRUPTED", "never") {
  readonly exitCode = exitCodes.interrupted;
}
