// The users that the configuration names, and whether a password is theirs.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Identity, Role } from "./identity.ts";

export interface BoardUser {
  name: string;
  password: string;
  role: Role;
}

export interface Passwords {
  /**
   * The user, or undefined when name and password do not belong together. Takes as long for any wrong pair.
   */
  check(name: string, password: string): Identity | undefined;
  isKnown(name: string): boolean;
}

export function createPasswords(users: readonly BoardUser[]): Passwords {
  const known = users.map((user) => ({ ...user, digest: digestOf(user.name, user.password) }));
  return {
    check(name, password) {
      const digest = digestOf(name, password);
      const matching = known.filter((user) => timingSafeEqual(user.digest, digest));
      const user = matching[0];
      return user && { user: user.name, role: user.role };
    },
    isKnown: (name) => known.some((user) => user.name === name),
  };
}

/**
 * Equal lengths for a comparison in constant time; a name holds no control character, so no two pairs meet.
 */
function digestOf(name: string, password: string): Buffer {
  return createHash("sha256").update(`${name}\0${password}`).digest();
}
