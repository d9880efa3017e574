// What a process remembers of accounts, keys or messages without growing with their number.

/** A map of bounded size. */
export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  /** The entry is the newest then; beyond the capacity, the one that was set longest ago is forgotten. */
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

/** `capacity`: entries. */
export function createBoundedMap<Key, Value>(capacity: number): BoundedMap<Key, Value> {
  const entries = new Map<Key, Value>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.keys().next();
      if (entries.size > capacity && !oldest.done) entries.delete(oldest.value);
    },
    delete(key) {
      entries.delete(key);
    },
  };
}
