// An opaque cursor: the id of the record before the gap, and how often an endless list began again.

export interface Cursor {
  id: string;
  lap: number;
}

export function encodeCursor({ id, lap }: Cursor): string {
  return Buffer.from(`${lap}:${id}`).toString("base64url");
}

/** Undefined if it is none of ours. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, lap, id] = /^(\d{1,6}):([0-9a-f-]{36}|)$/.exec(Buffer.from(text, "base64url").toString()) ?? [];
  return id === undefined ? undefined : { id, lap: Number(lap) };
}
