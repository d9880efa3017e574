// Proof that MongoDB takes writes: a secondary, a node in recovery, one with a full disk and a user who may
// only read all answer a ping.

import type { Db } from "mongodb";
import { plainUpsert } from "./decided-upsert.ts";
import { StoreUnavailableError } from "./errors.ts";
import { ownCollection } from "./own-collection.ts";

interface ProbeDocument {
  /** The service whose readiness it proves. */
  _id: string;
  at: Date;
}

/**
 * A function that writes one small document, always the same one of the service, and resolves when it was
 * taken within `timeoutMs` (default 2 000). Calls at the same time share a write.
 * @throws StoreUnavailableError
 */
export function createProveWrite(db: Db) {
  const probes = ownCollection<ProbeDocument>(db, "probes");
  let running: { write: Promise<unknown>; sinceMs: number } | undefined;

  function write(service: string, timeoutMs: number): Promise<unknown> {
    const nowMs = performance.now();
    // The driver keeps waiting for one that was given up, up to its own time-out; another connection may
    // be better off.
    if (running !== undefined && nowMs - running.sinceMs < timeoutMs) return running.write;
    const update = { $set: { at: new Date() } };
    const started = plainUpsert(() => probes.updateOne({ _id: service }, update, { upsert: true })).finally(
      () => {
        if (running?.write === started) running = undefined;
      },
    );
    running = { write: started, sinceMs: nowMs };
    return started;
  }

  return async (service: string, timeoutMs = 2_000): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      await Promise.race([write(service, timeoutMs), limit]);
    } catch (cause) {
      throw new StoreUnavailableError("MongoDB did not accept a write", { cause });
    } finally {
      clearTimeout(timer);
    }
  };
}
