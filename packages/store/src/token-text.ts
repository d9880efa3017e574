// A fencing token as it begins an id or a position: texts that sort as the numbers do.

/** 12 digits. */
export function tokenText(token: number): string {
  return String(token).padStart(12, "0");
}
