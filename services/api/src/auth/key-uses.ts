// Counts the uses of keys here, and adds them to MongoDB every few seconds and at the end. A process that is killed loses the last.

import type { Store } from "@fleetkeeper/store";

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
  let writing: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), everyMs);

  return {
    note(id) {
      counted.set(id, { uses: (counted.get(id)?.uses ?? 0) + 1, lastUsedAt: now() });
    },
    async close() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };

  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  /** What could not be written is counted with what came since. */
  async function write(): Promise<void> {
    const taken = counted;
    counted = new Map();
    try {
      await apiKeys.noteUses([...taken].map(([id, one]) => ({ id, ...one })));
    } catch (error) {
      onError(error);
      for (const [id, { uses, lastUsedAt }] of taken) {
        const since = counted.get(id);
        counted.set(id, { uses: uses + (since?.uses ?? 0), lastUsedAt: since?.lastUsedAt ?? lastUsedAt });
      }
    }
  }
}
