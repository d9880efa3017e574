// Makes the wait for each page a span.

import type { Traces } from "@fleetkeeper/telemetry";
import type { Page } from "@fleetkeeper/trackunit";

export async function* tracedPages(
  pages: AsyncIterable<Page>,
  { traces, sync }: { traces: Traces; sync: string },
): AsyncIterable<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await traces.span("api.page", { sync }, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
