// Pages that stay up to date: one read per topic and interval, however many people look, and only what changed is sent.

import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../auth/identity.ts";
import type { Html } from "../views/html.ts";

/** A part of a page, in an element of its own with this id. */
export interface Fragment {
  id: string;
  html: Html;
}

/** What one address shows. Everybody who watches the same `key` shares its reads. */
export interface Topic<Facts> {
  key: string;
  read(): Promise<Facts>;
  render(facts: Facts, role: Role): Fragment[];
}

export interface Watcher {
  role: Role;
  /** The fragments whose markup is not what this watcher was sent last. */
  send(changed: { id: string; html: string }[]): void;
  /** The read failed: the next one is tried in time. */
  fail(error: unknown): void;
}

export type LiveHub = ReturnType<typeof createLiveHub>;

export function createLiveHub({ everyMs }: { everyMs: number }) {
  const topics = new Map<string, Set<{ watcher: Watcher; sent: Map<string, string> }>>();
  const closing = new AbortController();

  return {
    /** @returns what ends it. The reads of a topic end with its last watcher. */
    watch<Facts>(topic: Topic<Facts>, watcher: Watcher): () => void {
      const watching = { watcher, sent: new Map<string, string>() };
      const known = topics.get(topic.key);
      const all = known ?? new Set();
      all.add(watching);
      if (known === undefined) {
        topics.set(topic.key, all);
        void poll(topic, all);
      }
      return () => {
        all.delete(watching);
        if (all.size === 0 && topics.get(topic.key) === all) topics.delete(topic.key);
      };
    },

    close(): void {
      closing.abort();
    },
  };

  async function poll<Facts>(
    topic: Topic<Facts>,
    all: Set<{ watcher: Watcher; sent: Map<string, string> }>,
  ): Promise<void> {
    while (all.size > 0 && !closing.signal.aborted) {
      try {
        const facts = await topic.read();
        const markup = new Map<Role, [string, string][]>();
        for (const { watcher, sent } of [...all]) {
          const fragments = markup.get(watcher.role) ?? (await asText(topic.render(facts, watcher.role)));
          markup.set(watcher.role, fragments);
          const changed = fragments.filter(([id, html]) => sent.get(id) !== html);
          for (const [id, html] of changed) sent.set(id, html);
          if (changed.length > 0) watcher.send(changed.map(([id, html]) => ({ id, html })));
        }
      } catch (error) {
        for (const { watcher } of [...all]) watcher.fail(error);
      }
      await sleep(everyMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }
}

async function asText(fragments: Fragment[]): Promise<[string, string][]> {
  return Promise.all(
    fragments.map(async ({ id, html }): Promise<[string, string]> => [id, String(await html)]),
  );
}
