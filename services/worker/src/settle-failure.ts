// Ends a slice that threw: says in MongoDB why the sync waits now, and until when.

import { FleetkeeperError, noChanges, type RunOutcome, type Waiting } from "@fleetkeeper/model";
import { LeaseLostError, nextSlot, type Run, type Store } from "@fleetkeeper/store";
import type { SyncDefinition } from "@fleetkeeper/syncs";
import type { Log } from "@fleetkeeper/telemetry";
import { InstallationRevokedError } from "@fleetkeeper/tokens";
import { ApiError, ApiForbiddenError, ApiRateLimitedError } from "@fleetkeeper/trackunit";
import type { WorkerMetrics } from "./metrics.ts";
import { decideCall } from "./retry.ts";

export interface SettleOptions {
  store: Store;
  log: Log;
  metrics: WorkerMetrics;
  now: () => Date;
}

interface FailedSlice {
  run: Run;
  /** Undefined when this worker has none of that name. */
  definition: SyncDefinition | undefined;
  error: unknown;
  /** Aborted when the worker is stopping: the error is only the slice's being cut short. */
  signal: AbortSignal;
}

const hourMs = 3_600_000;
const failuresAtOneCursor = 6;

/** Progress stays: the next slice continues at the checkpoint. */
export async function settleFailure(
  { store, log, metrics, now }: SettleOptions,
  { run, definition, error, signal }: FailedSlice,
): Promise<{ outcome: "next slice" | "failed"; code?: string }> {
  if (error instanceof LeaseLostError) throw error;
  const { sync } = run;
  const { pages, records, startedAt, changes } = run.progress ?? {
    pages: 0,
    records: 0,
    startedAt: now(),
    changes: noChanges,
  };
  if (signal.aborted) {
    const waiting: Waiting = { for: "next-slice", pages, records };
    await settle({ nextRunAt: now(), waiting, failures: sync.failures });
    return { outcome: "next slice" };
  }
  const code = error instanceof FleetkeeperError ? error.code : "ERR_UNEXPECTED";
  const message = error instanceof FleetkeeperError ? error.message : "see the worker's log";
  const fields = { installationId: sync.installationId, sync: sync.sync, code };
  log.warn({ ...fields, error }, "sync slice failed");
  metrics.runs.inc({ sync: sync.sync, result: code });

  if (error instanceof InstallationRevokedError) {
    await settle({
      nextRunAt: null,
      waiting: { for: "credential", code: "revoked" },
      failures: sync.failures,
    });
    // The state may have changed in between: anyone who changed it has aligned what was there, which was not
    // this sync's end.
    await store.align(sync.installationId, now());
    return { outcome: "failed", code };
  }

  const decision = decideCall(error, sync.failures + 1);
  const failures = decision.counts ? sync.failures + 1 : sync.failures;
  const until =
    decision.action === "never"
      ? nextSlot(sync._id, sync.intervalMs ?? definition?.intervalMs ?? hourMs, now())
      : new Date(now().getTime() + decision.delayMs);
  const failed: RunOutcome = {
    at: now(),
    startedAt,
    outcome: "failed",
    code,
    message,
    records,
    pages,
    changes,
  };
  const granted =
    error instanceof ApiForbiddenError
      ? ((await store.installations.find(sync.installationId))?.grantedScopes ?? [])
      : [];
  const ended = decision.action === "later" ? {} : { ended: failed };
  await settle({ nextRunAt: until, waiting: waitingOf(), failures, ...ended });
  return { outcome: "failed", code };

  function waitingOf(): Waiting {
    if (error instanceof ApiRateLimitedError) return { for: "rate-limit", until, family: error.family };
    if (!(error instanceof ApiForbiddenError))
      return { for: "backoff", until, code, attempt: failures, message };
    return {
      for: "scope",
      until,
      code,
      message: `${message}; ${scopeAdvice(definition?.scopes ?? [], granted)}`,
    };
  }

  async function settle(how: {
    nextRunAt: Date | null;
    waiting: Waiting;
    failures: number;
    ended?: RunOutcome;
  }) {
    // A new pass, when nothing was read yet or reading on at this cursor cannot help.
    await run.settle({ ...how, keepsCheckpoint: pages > 0 && !startsOver(error, how.failures) });
  }
}

/**
 * A scope that the token has is no advice: then the account's plan or its users' rights forbid the read.
 */
export function scopeAdvice(scopes: readonly string[], granted: readonly string[]): string {
  const [had] = scopes.filter((scope) => granted.includes(scope));
  if (had !== undefined)
    return `the scope ${had} is granted, so the account itself may not read this: ask Trackunit or the customer`;
  return `it may need the scope ${scopes.join(" or ")}`;
}

/** Also after many failures at one cursor, since a cursor may expire without anybody saying so. */
function startsOver(error: unknown, failures: number): boolean {
  return (error instanceof ApiError && error.startOver) || failures >= failuresAtOneCursor;
}
