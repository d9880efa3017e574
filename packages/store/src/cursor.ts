// Cursors of pages: the key of the last thing shown, as a text that callers hand back unread.

/** A text for an address; `keyOf` is the way back. */
export function cursorOf(...key: (string | undefined)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** `parts`: how many its key has. @throws TypeError when it is not one that a page gave. */
export function keyOf(cursor: string, parts: number): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const isKey = Array.isArray(key) && key.length === parts;
    if (isKey && key.every((part) => typeof part === "string")) return key;
  } catch {
    // Said below.
  }
  throw new TypeError("this is not a cursor of a page");
}
