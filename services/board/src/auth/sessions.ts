// Sessions live in the browser's cookie, encrypted: no store to lose, and any board with the same key reads
// them.

import { hkdfSync, randomBytes, randomUUID } from "node:crypto";
import type { Identity, Role } from "./identity.ts";
import { openCookie, sealCookie } from "./sealed-cookie.ts";

export interface Session {
  id: string;
  identity: Identity;
  startedAt: Date;
  /** When the cookie was last written. */
  seenAt: Date;
}

export interface SessionOptions {
  /** 32 bytes each; the first makes sessions, all are read. */
  keys: readonly Uint8Array[];
  /** The session ends this long after the login. Default 12 hours. */
  maxAgeMs?: number;
  /** It ends this long after the last request; a page that refreshes itself counts. Default 1 hour. */
  idleMs?: number;
  now?: () => Date;
}

export interface Sessions {
  start(identity: Identity): Session;
  /** The same session, seen now. */
  renew(session: Session): Session;
  /** Whether the cookie should be written again; not at every request. */
  isStale(session: Session): boolean;
  write(session: Session): Promise<string>;
  /** Undefined when the text is not ours, or the session has ended. */
  read(text: string): Promise<Session | undefined>;
  maxAgeMs: number;
}

export function createSessions(options: SessionOptions): Sessions {
  const { keys, maxAgeMs = 12 * 60 * 60_000, idleMs = 60 * 60_000, now = () => new Date() } = options;
  return {
    maxAgeMs,
    start: (identity) => ({ id: randomUUID(), identity, startedAt: now(), seenAt: now() }),
    renew: (session) => ({ ...session, seenAt: now() }),
    isStale: (session) => now().getTime() - session.seenAt.getTime() > idleMs / 20,
    write: ({ id, identity, startedAt, seenAt }) =>
      sealCookie(
        keys,
        { role: identity.role, via: identity.via, startedAt: startedAt.getTime(), seenAt: seenAt.getTime() },
        {
          id,
          subject: identity.user,
          expiresAt: new Date(Math.min(startedAt.getTime() + maxAgeMs, seenAt.getTime() + idleMs)),
        },
      ),
    async read(text) {
      const requiredClaims = ["jti", "sub", "exp"];
      const opened = await openCookie<Record<string, unknown>>(keys, text, { requiredClaims, now: now() });
      if (opened === undefined) return undefined;
      const { jti = "", sub = "", role, via, startedAt, seenAt } = opened;
      return {
        id: jti,
        identity: { user: sub, role: role as Role, via: via as Identity["via"] },
        startedAt: new Date(startedAt as number),
        seenAt: new Date(seenAt as number),
      };
    },
  };
}

/** The keys for a purpose, the newest first. `sessionKeys`: default one that no other process has. */
export function createKeysFor(
  sessionKeys: readonly string[] = [randomBytes(32).toString("hex")],
  users: unknown,
): (purpose: string) => Buffer[] {
  return (purpose) => sessionKeys.map((key) => deriveKey(key, purpose, users));
}

/**
 * A key for one purpose, from the session key. `users` goes into it too: anyone who changes a user's name,
 * password or role, or whom the provider may let in, ends the sessions that were begun before.
 */
export function deriveKey(sessionKey: string, purpose: string, users: unknown): Buffer {
  return Buffer.from(
    hkdfSync("sha256", sessionKey, JSON.stringify(users), `fleetkeeper board ${purpose}`, 32),
  );
}
