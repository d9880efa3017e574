// How many installations there are: by state, and by the time that their token has left.

import type { InstallationState } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import type { InstallationDocument } from "./installation-document.ts";

/** A part of `installations`. */
export function createCountInstallations(installations: Collection<InstallationDocument>) {
  return {
    countByState,

    /**
     * How many active ones there are by the time that their token has left; `none`: the last request for one
     * got none; `unused`: the last one has expired, and no run or caller needs another.
     */
    async countByTokenLeft(
      now: Date,
    ): Promise<Record<"none" | "expired" | "unused" | "5m" | "30m" | "more", number>> {
      const { active } = await countByState();
      const none = await installations.countDocuments({
        state: "active",
        "lastToken.expiresAt": { $eq: null as never },
      });
      const ended = await expiringWithin(0);
      const unused = Math.min(ended, await installations.countDocuments({ noTokenFrom: { $lte: now } }));
      const in5m = await expiringWithin(5 * 60_000);
      const in30m = await expiringWithin(30 * 60_000);
      const more = Math.max(0, active - none - in30m);
      return { none, expired: ended - unused, unused, "5m": in5m - ended, "30m": in30m - in5m, more };

      async function expiringWithin(ms: number): Promise<number> {
        const until = new Date(now.getTime() + ms);
        return installations.countDocuments({ state: "active", "lastToken.expiresAt": { $lte: until } });
      }
    },
  };

  /** How many there are in each state. */
  async function countByState(): Promise<Record<InstallationState, number>> {
    const [all, pending, paused, revoked] = await Promise.all([
      installations.estimatedDocumentCount(),
      installations.countDocuments({ state: "pending" }),
      installations.countDocuments({ state: "paused" }),
      installations.countDocuments({ state: "revoked" }),
    ]);
    return { pending, active: Math.max(0, all - pending - paused - revoked), paused, revoked };
  }
}
