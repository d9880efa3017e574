// Cursors of pages: the key of the last thing shown, as a text that callers hand back unread.

/** A text for an address; `keyOf` is the way back. */
export function cursorOf(...key: (string | undefined)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws TypeError when it is not one that a page gave. */
export function keyOf(cursor: string): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(key) && key.every((part) => typeof part === "string")) return key;
  } catch {
    // Said below.
  }
  throw new TypeError("this is not a cursor of a page");
}
