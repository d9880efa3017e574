// What asking for an account's token came to, noted with its installation, and which tokens are due.

import type { Generation, InstallationId, TokenResult } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { type Interest, putOut } from "./events/interest.ts";
import type { InstallationDocument } from "./installation-document.ts";

/** `isFirst`: no token of this install was granted yet. */
export type DuePrewarm = Pick<InstallationDocument, "_id" | "generation" | "prewarmAt"> & {
  isFirst: boolean;
};

/** A token is wanted again, or was refused. */
const wanted = { noTokenFrom: null, tokenNeededAt: null };

/** A part of `installations`. `interest`: who is notified of what. */
export function createTokenNotes(installations: Collection<InstallationDocument>, interest: Interest) {
  return {
    /**
     * Notes a granted token and when to ask for the next, which a paused installation does not.
     * @returns whether that ended the state `revoked`, and for the first token of an install when that came
     * in.
     */
    async noteGrant(
      _id: InstallationId,
      generation: Generation,
      grant: { result: TokenResult; grantedScopes: string[]; prewarmAt: Date },
    ): Promise<{ restored: boolean; firstSince: Date | undefined }> {
      const { result, grantedScopes, prewarmAt } = grant;
      const noted = { lastToken: result, lastGrantAt: result.at, grantedScopes, tokenFailures: 0, ...wanted };
      const inForce = { ...noted, prewarmAt, state: "active" as const };
      const event = interest.eventOf(_id, "account.credential_restored", result.at);
      const before =
        (await installations.findOneAndUpdate(
          { _id, generation, state: { $nin: ["paused", "revoked"] } },
          { $set: inForce },
        )) ??
        (await installations.findOneAndUpdate(
          { _id, generation, state: "revoked" },
          { $set: { ...inForce, ...(event && { outboxAt: event.at }) }, ...putOut(event) },
        )) ??
        (await installations.findOneAndUpdate({ _id, generation, state: "paused" }, { $set: noted }));
      const firstSince = before !== null && awaitsFirst(before) ? before.installedAt : undefined;
      return { restored: before?.state === "revoked", firstSince };
    },

    /** Notes that no token was obtained for a reason that may pass. */
    async noteFailure(
      _id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<void> {
      const $inc = { tokenFailures: 1 };
      const { matchedCount } = await installations.updateOne(
        { _id, generation, state: { $ne: "paused" } },
        { $set: { lastToken: result, prewarmAt, ...wanted }, $inc },
      );
      if (matchedCount === 0)
        await installations.updateOne(
          { _id, generation, state: "paused" },
          { $set: { lastToken: result }, $inc },
        );
    },

    /**
     * Notes that Trackunit refuses the credential: the installation becomes `revoked` unless a newer install
     * is stored or it is paused. `prewarmAt` is when to try it again. Returns whether it became so.
     */
    async noteRefusal(
      _id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<boolean> {
      const refused = { state: "revoked" as const, lastToken: result, prewarmAt, ...wanted };
      const $inc = { tokenFailures: 1 };
      const code = "code" in result ? result.code : null;
      const event = interest.eventOf(_id, "account.credential_refused", result.at, { code });
      const first = await installations.updateOne(
        { _id, generation, state: { $nin: ["paused", "revoked"] } },
        { $set: { ...refused, ...(event && { outboxAt: event.at }) }, $inc, ...putOut(event) },
      );
      if (first.matchedCount === 1) return true;
      const again = await installations.updateOne(
        { _id, generation, state: "revoked" },
        { $set: refused, $inc },
      );
      if (again.matchedCount === 1) return true;
      await installations.updateOne({ _id, generation }, { $set: { lastToken: result } });
      return false;
    },

    /**
     * Notes that nobody will use a token before `neededAt` (null: none is planned to), so that none is asked
     * for until then; it is looked again at `lookAt`. `found`: the installation as that was decided by; a
     * token that was granted since counts more.
     */
    async noteUnused(
      found: Pick<InstallationDocument, "_id" | "generation" | "lastToken" | "lastGrantAt">,
      { neededAt, lookAt }: { neededAt: Date | null; lookAt: Date },
    ): Promise<void> {
      const { _id, generation, lastToken, lastGrantAt } = found;
      if (lastGrantAt === undefined) return;
      await installations.updateOne(
        { _id, generation, state: "active", lastGrantAt },
        {
          $set: {
            prewarmAt: lookAt,
            noTokenFrom: lastToken?.expiresAt ?? lastGrantAt,
            tokenNeededAt: neededAt,
          },
        },
      );
    },

    /** Installations whose next token is due, the longest overdue first. */
    async duePrewarms(now: Date, limit: number): Promise<DuePrewarm[]> {
      const projection = { generation: 1, prewarmAt: 1, installedAt: 1, lastGrantAt: 1 };
      return installations
        .find({ prewarmAt: { $lte: now } }, { projection })
        .sort({ prewarmAt: 1 })
        .limit(limit)
        .map((found) => ({
          _id: found._id,
          generation: found.generation,
          prewarmAt: found.prewarmAt,
          isFirst: awaitsFirst(found),
        }))
        .toArray();
    },

    /**
     * Takes a due prewarm for one dispatcher: true for exactly one. If its job is lost, it is due again at
     * `again`.
     */
    async claimPrewarm(due: Pick<InstallationDocument, "_id" | "prewarmAt">, again: Date): Promise<boolean> {
      const { modifiedCount } = await installations.updateOne(
        { _id: due._id, prewarmAt: due.prewarmAt },
        { $set: { prewarmAt: again } },
      );
      return modifiedCount === 1;
    },
  };
}

/** Whether no token was granted since the install that brought the credential in force. */
function awaitsFirst({ lastGrantAt, installedAt }: InstallationDocument): boolean {
  return !(lastGrantAt && lastGrantAt >= installedAt);
}
