// What keeps test files on one pair of servers apart.

import { randomUUID } from "node:crypto";

/**
 * Returns a new string of 12 lower-case characters: a database name, a key prefix, never used by another
 * test.
 */
export function testNamespace(): string {
  return `t${randomUUID().replaceAll("-", "").slice(0, 11)}`;
}
