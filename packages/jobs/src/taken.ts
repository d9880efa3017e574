// What a command to Redis that failed means to a caller.

import { QueueUnavailableError } from "./errors.ts";

/** @throws QueueUnavailableError */
export async function taken<Result>(command: Promise<Result>): Promise<Result> {
  try {
    return await command;
  } catch (cause) {
    throw new QueueUnavailableError("Redis did not take the job", { cause });
  }
}
