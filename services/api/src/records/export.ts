// Records as lines of JSON, read page by page as fast as the caller takes them: memory holds one page,
// for any number of records.

import { Readable } from "node:stream";
import { createShares } from "@fleetkeeper/runtime";
import type { RecordQuery, Store } from "@fleetkeeper/store";
import { readingPage } from "../paging.ts";
import { Problem } from "../problems.ts";
import { recordOf } from "./record-schema.ts";

export const ndjson = "application/x-ndjson";

/** Records that are read at once. */
const pageSize = 2_000;
/**
 * Exports at the same time in one process, half of them of one key: each holds a page of up to 4 MiB, and all
 * share MongoDB.
 */
const maxExports = 10;

export type Export = ReturnType<typeof createExport>;

export function createExport(
  records: Pick<Store["records"], "page">,
  onError: (error: unknown) => void,
): (query: Omit<RecordQuery, "limit">, keyId: string) => Promise<Readable> {
  const shares = createShares({ total: maxExports });

  /**
   * Ends without its last chunk where MongoDB fails on the way, so that the caller sees that it is not whole.
   */
  return async (query, keyId) => {
    const giveBack = shares.take(keyId);
    if (giveBack === undefined) throw new Problem("ERR_EXPORTS_BUSY", { retryAfterMs: 5_000 });
    try {
      // So that what is wrong with the request can still be answered.
      const first = await readingPage(() => records.page({ ...query, limit: pageSize }));
      const stream = Readable.from(linesOf(query, first), { objectMode: true, highWaterMark: 1 });
      stream.once("error", onError);
      stream.once("close", giveBack);
      return stream;
    } catch (error) {
      giveBack();
      throw error;
    }
  };

  async function* linesOf(
    query: Omit<RecordQuery, "limit">,
    first: Awaited<ReturnType<typeof records.page>>,
  ): AsyncGenerator<string> {
    for (let page = first; ; ) {
      if (page.rows.length > 0) yield page.rows.map((row) => `${JSON.stringify(recordOf(row))}\n`).join("");
      if (page.next === undefined) return;
      page = await records.page({ ...query, limit: pageSize, after: page.next });
    }
  }
}
