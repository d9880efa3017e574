// How many sealed texts there are of each key: in the store, and in jobs that wait or failed.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { SealedText } from "@fleetkeeper/model";
import { sealKeyIdOf } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Job } from "bullmq";

export interface KeyUses {
  credentials: number;
  callbacks: number;
  jobs: number;
}

const pageSize = 500;
const jobPageSize = 100;
/** States in which a job will, or may by an operator's retry, be opened again. */
const open = ["waiting", "active", "delayed", "prioritized", "failed"] as const;

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
  for await (const page of store.sealedTexts.pages(pageSize)) {
    signal.throwIfAborted();
    for (const { sealed, kind } of page) note(sealed, kind === "credential" ? "credentials" : "callbacks");
    onCounted(page.length);
  }
  if (queues !== undefined)
    for await (const { sealed } of sealedJobs(queues)) {
      signal.throwIfAborted();
      note(sealed, "jobs");
    }
  return uses;
}

export interface SealedJob {
  job: Job;
  field: "sealedCredential" | "sealedBody";
  sealed: SealedText;
}

/** Jobs of queue `install` that hold a sealed text and are not done; each once, in pages. */
export async function* sealedJobs({ queues }: QueueSet): AsyncGenerator<SealedJob> {
  const seen = new Set<string>();
  for (let start = 0; ; start += jobPageSize) {
    const jobs: (Job | undefined)[] = await queues.install.getJobs([...open], start, start + jobPageSize - 1);
    if (jobs.length === 0) return;
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

/** What is no sealed text counts under the empty name. */
export function keyIdOf(sealed: SealedText): string {
  try {
    return sealKeyIdOf(sealed);
  } catch {
    return "";
  }
}
