// The cursor of `/v1/changes`: where the look at the syncs continues, and which entries the caller has when
// it comes back with it.

import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";

const schema = z.object({
  /** Who reads what: another consumer, or one that sees other apps, has had other entries. */
  reader: z.string(),
  /** Before this there is nothing new, but for what the look in progress finds. */
  since: z.iso.datetime().nullable(),
  /** The look in progress: when it began, and the last sync that was read to its end. */
  look: z.object({ at: z.iso.datetime(), after: z.string() }).nullable(),
  /** Sync and position of the last entry of each sync in the answer before. */
  has: z.array(z.tuple([z.string().regex(/^@[^/]+\/[a-z0-9-]+$/), z.string().regex(/^\d{12,20}-\d{8,12}$/)])),
});

export type FeedCursor = z.output<typeof schema>;

export function firstCursor(reader: string): FeedCursor {
  return { reader, since: null, look: null, has: [] };
}

/** Of a cursor that this process could have made. */
const maxBytes = 64 * 1024;

export function textOf(cursor: FeedCursor): string {
  return deflateRawSync(JSON.stringify(cursor)).toString("base64url");
}

/** @throws TypeError when it is none of ours, or another reader's. */
export function feedCursorOf(text: string, reader: string): FeedCursor {
  try {
    const json = inflateRawSync(Buffer.from(text, "base64url"), { maxOutputLength: maxBytes });
    const cursor = schema.parse(JSON.parse(json.toString()));
    if (cursor.reader === reader) return cursor;
  } catch {
    // Said below.
  }
  throw new TypeError("this is not a cursor of these changes");
}
