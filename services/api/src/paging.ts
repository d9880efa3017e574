// Pages by cursor: the same parameters, the same answer and the same refusal for every list.

import { z } from "zod";
import { Problem } from "./problems.ts";

const cursor = z.string().min(1).max(2_000);

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100).meta({ description: "Of one page." }),
  after: cursor.optional().meta({ description: "`next` of the page before." }),
});

export const nextSchema = z
  .string()
  .nullable()
  .meta({ description: "The `after` of the next page; null after the last one." });

/** The store says by a TypeError that a cursor is none of its own. */
export async function readingPage<Page>(read: () => Promise<Page>): Promise<Page> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const violations = [{ field: "query/after", message: "is not the `next` of a page of this list" }];
    throw new Problem("ERR_REQUEST_INVALID", {
      violations,
      detail: "after is not the next of a page",
      cause: error,
    });
  }
}
