// Keys as this process knows them: read from MongoDB, and again when they are a few seconds old.

import { timingSafeEqual } from "node:crypto";
import { createBoundedMap, hashOfApiKey, idOfApiKey } from "@fleetkeeper/model";
import type { ApiKeyDocument, ApiKeyRow, Store } from "@fleetkeeper/store";

export interface KnownKeys {
  /**
   * The key that the text is, unless it was revoked; undefined for every other text. Rejects when MongoDB is
   * away.
   */
  verify(text: string): Promise<ApiKeyRow | undefined>;
  /** The same without asking MongoDB. */
  verifyKnown(text: string): ApiKeyRow | undefined;
}

interface Known {
  document: ApiKeyDocument | null;
  readAtMs: number;
}

/** `forMs`: a revoked key is refused after this long at the latest. */
export function createKnownKeys(options: {
  apiKeys: Pick<Store["apiKeys"], "find">;
  forMs?: number;
  /** Ids that do not exist are remembered too. Default 2 000. */
  capacity?: number;
}): KnownKeys {
  const { apiKeys, forMs = 5_000, capacity = 2_000 } = options;
  const known = createBoundedMap<string, Known>(capacity);
  const reading = new Map<string, Promise<ApiKeyDocument | null>>();

  return {
    async verify(text) {
      const id = idOfApiKey(text);
      if (id === undefined) return undefined;
      const found = freshOf(id) ?? { document: await read(id) };
      return matching(text, found.document);
    },
    verifyKnown(text) {
      const id = idOfApiKey(text);
      return id === undefined ? undefined : matching(text, freshOf(id)?.document ?? null);
    },
  };

  function freshOf(id: string): Known | undefined {
    const found = known.get(id);
    return found !== undefined && performance.now() - found.readAtMs < forMs ? found : undefined;
  }

  /** One look for all who ask at the same time. */
  function read(id: string): Promise<ApiKeyDocument | null> {
    const running = reading.get(id);
    if (running !== undefined) return running;
    const readAtMs = performance.now();
    const started = apiKeys
      .find(id)
      .then((document) => {
        known.set(id, { document, readAtMs });
        return document;
      })
      .finally(() => reading.delete(id));
    reading.set(id, started);
    return started;
  }
}

function matching(text: string, document: ApiKeyDocument | null): ApiKeyRow | undefined {
  if (document === null || document.revokedAt !== null) return undefined;
  const { hash, ...row } = document;
  const isIt = timingSafeEqual(Buffer.from(hash, "hex"), Buffer.from(hashOfApiKey(text), "hex"));
  return isIt ? row : undefined;
}
