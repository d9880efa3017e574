// How many sealed texts there are of each key: in the store, and in jobs that wait or failed.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { SealedText } from "@fleetkeeper/model";
import { sealKeyIdOf } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Job } from "bullmq";

export interface KeyUses {
  /** Secrets of receivers too. */
  credentials: number;
  callbacks: number;
  jobs: number;
}

const pageSize = 500;
const jobPageSize = 100;
/**
 * States in which a job will, or may by an operator's retry, be opened again; in the order in which it goes
 * through them.
 */
const open = ["waiting", "prioritized", "active", "delayed", "failed"] as const;
/** One that went back to a state that was read already is found by the second look. */
const looks = 2;

/** `queues`: undefined where Redis is not asked. */
export async function countKeyUses(options: {
  store: Pick<Store, "sealedTexts">;
  queues: QueueSet | undefined;
  onCounted: (count: number) => void;
  signal: AbortSignal;
}): Promise<Map<string, KeyUses>> {
  const { store, queues, onCounted, signal } = options;
  const uses = new Map<string, KeyUses>();
  const note = (sealed: SealedText, kind: keyof KeyUses) => {
    const keyId = keyIdOf(sealed);
    const count = uses.get(keyId) ?? { credentials: 0, callbacks: 0, jobs: 0 };
    count[kind]++;
    uses.set(keyId, count);
  };
  // Jobs first: a text that leaves its job meanwhile is in the store before.
  if (queues !== undefined)
    for await (const { sealed } of sealedJobs(queues)) {
      signal.throwIfAborted();
      note(sealed, "jobs");
    }
  for await (const page of store.sealedTexts.pages(pageSize)) {
    signal.throwIfAborted();
    for (const { sealed, kind } of page) note(sealed, kind === "callback" ? "callbacks" : "credentials");
    onCounted(page.length);
  }
  return uses;
}

export interface SealedJob {
  job: Job;
  field: "sealedCredential" | "sealedBody";
  sealed: SealedText;
}

/** Jobs of queue `install` that hold a sealed text and are not done; each once, in pages. */
export async function* sealedJobs({ queues }: Pick<QueueSet, "queues">): AsyncGenerator<SealedJob> {
  const seen = new Set<string>();
  for (let look = 0; look < looks; look++)
    for (const state of open) yield* sealedJobsOf(queues.install, state, seen);
}

/** From the newest on: one that arrives meanwhile hides none. */
async function* sealedJobsOf(
  install: QueueSet["queues"]["install"],
  state: (typeof open)[number],
  seen: Set<string>,
): AsyncGenerator<SealedJob> {
  for (let start = 0; ; start += jobPageSize) {
    const ids = await install.getRanges([state], start, start + jobPageSize - 1);
    if (ids.length === 0) return;
    const jobs: (Job | undefined)[] = await Promise.all(ids.map((id) => install.getJob(id)));
    for (const job of jobs) {
      if (job?.id === undefined || seen.has(job.id)) continue;
      seen.add(job.id);
      for (const field of ["sealedCredential", "sealedBody"] as const) {
        const sealed: SealedText | undefined = job.data?.[field];
        if (sealed !== undefined) yield { job, field, sealed };
      }
    }
  }
}

/** What is not a sealed text counts under the empty name. */
export function keyIdOf(sealed: SealedText): string {
  try {
    return sealKeyIdOf(sealed);
  } catch {
    return "";
  }
}
