// Counts the uses of keys here, and adds them to MongoDB every few seconds and at the end.

import type { Store } from "@fleetkeeper/store";
import { writeInBatches } from "../write-in-batches.ts";

export interface KeyUses {
  note(id: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

export function createKeyUses(options: {
  apiKeys: Pick<Store["apiKeys"], "noteUses">;
  onError: (error: unknown) => void;
  /** Default 5 000. */
  everyMs?: number;
  now?: () => Date;
}): KeyUses {
  const { apiKeys, onError, everyMs = 5_000, now = () => new Date() } = options;
  let counted = new Map<string, { uses: number; lastUsedAt: Date }>();
  const batches = writeInBatches({
    take() {
      const taken = counted;
      counted = new Map();
      return taken;
    },
    write: (taken) => apiKeys.noteUses([...taken].map(([id, one]) => ({ id, ...one }))),
    giveBack(taken) {
      for (const [id, { uses, lastUsedAt }] of taken) {
        const since = counted.get(id);
        counted.set(id, { uses: uses + (since?.uses ?? 0), lastUsedAt: since?.lastUsedAt ?? lastUsedAt });
      }
    },
    onError,
    everyMs,
  });

  return {
    note(id) {
      counted.set(id, { uses: (counted.get(id)?.uses ?? 0) + 1, lastUsedAt: now() });
    },
    close: batches.close,
  };
}
