// Deep checks: each does something real and says by code why it could not.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/**
 * Resolves when the thing was done, with a word on it or nothing; rejects with an error that has a `code`,
 * and `restartHelps` where a new start of this process fixes it.
 */
export type DeepCheck = () => Promise<unknown>;

/** `failing` as soon as one check fails. `code` says why, `note` what a check that went well has to tell. */
export interface DeepResult {
  status: "ok" | "failing";
  checks: Record<string, DeepCheckResult>;
}

interface DeepCheckResult {
  status: "ok" | "failing";
  durationMs: number;
  code?: string;
  note?: string;
  restartHelps?: true;
}

const timeoutMs = 10_000;

/** Runs all at a time; one that takes over 10 s fails with `ERR_CHECK_TIMEOUT`. */
export async function runDeepChecks(checks: Record<string, DeepCheck>): Promise<DeepResult> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
  );
  const failing = results.some(([, { status }]) => status === "failing");
  return { status: failing ? "failing" : "ok", checks: Object.fromEntries(results) };
}

/**
 * Whether something fails that a new start of this process fixes, which is not so of a server that is away.
 */
export function needsRestart({ checks }: DeepResult): boolean {
  return Object.values(checks).some(({ restartHelps }) => restartHelps);
}

async function run(check: DeepCheck): Promise<DeepCheckResult> {
  const startedAtMs = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAtMs);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckTimeoutError(`not done within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    const note = await Promise.race([check(), limit]);
    return { status: "ok", durationMs: durationMs(), ...(typeof note === "string" && { note }) };
  } catch (error) {
    return {
      status: "failing",
      durationMs: durationMs(),
      code: codeOf(error),
      ...((error as { restartHelps?: unknown } | null)?.restartHelps === true && { restartHelps: true }),
    };
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "ERR_UNEXPECTED";
}

/** A check did not come to an end. */
class CheckTimeoutError extends defineError(FleetkeeperError, "ERR_CHECK_TIMEOUT", "retry") {}
