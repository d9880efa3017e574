// Logins in the audit log: who logged in and from where, and who was refused.

import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";

const windowMs = 60_000;
/**
 * Refused logins that are noted in a minute; the log has the others. A flood must not push out what matters.
 */
const refusedPerWindow = 20;

export type LoginAudit = ReturnType<typeof createLoginAudit>;

/**
 * Anyone who cannot be noted since MongoDB is away gets in all the same, and sees what is missing; nothing
 * can be done then.
 */
export function createLoginAudit(options: { audit: Pick<Store["audit"], "add">; log: Log; now: () => Date }) {
  const { audit, log, now } = options;
  let window = { endsAtMs: 0, refused: 0 };

  async function note(topic: "logins" | "refused-logins", who: string, action: string, address: string) {
    await audit.add({ at: now(), who, action, topic, address }).catch((error: unknown) => {
      log.warn({ error, user: who, address }, "login not written to the audit log");
    });
  }

  return {
    /** A session begins. */
    loggedIn: (who: string, address: string): Promise<void> => note("logins", who, "log in", address),
    loggedOut: (who: string, address: string): Promise<void> => note("logins", who, "log out", address),
    /** `who`: a user that exists, or empty. */
    async refused(who: string, address: string): Promise<void> {
      const nowMs = performance.now();
      if (nowMs > window.endsAtMs) window = { endsAtMs: nowMs + windowMs, refused: 0 };
      if (++window.refused <= refusedPerWindow) await note("refused-logins", who, "refused login", address);
    },
  };
}
