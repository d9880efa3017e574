// `fetch` for libraries that bring their own requests and take a function for them.

import { type Dispatcher, fetch } from "undici";

/**
 * A `fetch` over these connections: through their proxy, with their certificates. Its bounds are the
 * library's.
 */
export function fetchThrough(dispatcher: Dispatcher): typeof globalThis.fetch {
  // undici's types and those of the platform describe the same objects and do not know of each other.
  return ((url: string, init: object) =>
    fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
}
