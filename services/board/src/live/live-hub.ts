// Pages that stay up to date: one read per topic and interval, for any number of viewers, and only what
// changed is sent.

import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "../auth/identity.ts";
import type { Html } from "../html/html.ts";

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

interface Watched {
  watchers: Map<Watcher, Map<string, string>>;
  bringUpToDate(): Promise<void>;
}

/** This many topics are read at the same time: with many of them open, each is read less often. */
const readsAtATime = 4;

export function createLiveHub({ everyMs }: { everyMs: number }) {
  const topics = new Map<string, Watched>();
  const closing = new AbortController();
  let looping = false;

  return {
    /** @returns what ends it. The reads of a topic end with its last watcher. */
    watch<Facts>(topic: Topic<Facts>, watcher: Watcher): () => void {
      const watched = topics.get(topic.key) ?? watchedTopic(topic);
      topics.set(topic.key, watched);
      watched.watchers.set(watcher, new Map());
      if (!looping) void loop();
      return () => {
        watched.watchers.delete(watcher);
        if (watched.watchers.size === 0 && topics.get(topic.key) === watched) topics.delete(topic.key);
      };
    },

    close(): void {
      closing.abort();
    },
  };

  async function loop(): Promise<void> {
    looping = true;
    while (topics.size > 0 && !closing.signal.aborted) {
      const all = [...topics.values()];
      for (let start = 0; start < all.length; start += readsAtATime)
        await Promise.all(all.slice(start, start + readsAtATime).map((topic) => topic.bringUpToDate()));
      await sleep(everyMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
    looping = false;
  }
}

function watchedTopic<Facts>({ read, render }: Topic<Facts>): Watched {
  const watchers: Watched["watchers"] = new Map();
  return {
    watchers,
    async bringUpToDate() {
      try {
        if (watchers.size === 0) return;
        const facts = await read();
        const markup = new Map<Role, [string, string][]>();
        for (const [watcher, sent] of [...watchers]) {
          const fragments = markup.get(watcher.role) ?? (await asText(render(facts, watcher.role)));
          markup.set(watcher.role, fragments);
          const changed = fragments.filter(([id, html]) => sent.get(id) !== html);
          for (const [id, html] of changed) sent.set(id, html);
          if (changed.length > 0) watcher.send(changed.map(([id, html]) => ({ id, html })));
        }
      } catch (error) {
        for (const watcher of [...watchers.keys()]) watcher.fail(error);
      }
    },
  };
}

async function asText(fragments: Fragment[]): Promise<[string, string][]> {
  return Promise.all(
    fragments.map(async ({ id, html }): Promise<[string, string]> => [id, String(await html)]),
  );
}
