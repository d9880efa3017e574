// Installations: who installed us, with which sealed credential, and how asking for a token went.

import type { Generation, InstallationId, InstallationState, TokenResult } from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import { createAccountKeys } from "./account-keys.ts";
import type { AccountDocument, SyncDocument } from "./documents.ts";
import { withFieldsOfToday } from "./edit-credentials.ts";
import { UnknownInstallationError } from "./errors.ts";
import { type Interest, putOut } from "./events/interest.ts";
import type { InstallationDocument } from "./installation-document.ts";
import type { InstallationPage, InstallationRow } from "./installation-row.ts";
import { installationsOfAccount, type ListQuery, listInstallations } from "./list-installations.ts";
import { ownCollection } from "./own-collection.ts";

/** Names, and what people want to find with an account. What is absent stays. */
export type AccountNotes = Partial<
  Pick<InstallationDocument, "name" | "note" | "reference" | "metadata" | "toldName">
>;

/** Documents of installations: read, and changed on the condition that they are still what they were. */
export type Installations = ReturnType<typeof createInstallations>;

/** `interest`: who is told of what. */
export function createInstallations(db: Db, interest: Interest) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const accounts: Collection<AccountDocument> = ownCollection(db, "accounts");
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");
  const keys = createAccountKeys(db);

  return {
    async find(_id: InstallationId): Promise<InstallationDocument | null> {
      const found = await installations.findOne({ _id });
      return found && withFieldsOfToday(found);
    },

    /** Those of one account, without credentials: one for each app that it installed. */
    async ofAccount(accountId: string): Promise<InstallationRow[]> {
      return installationsOfAccount({ installations, accounts, syncs }, accountId);
    },

    /**
     * What operators, the publisher and the API call an account, and what else they want to find with it.
     * @returns false where there is no such installation.
     */
    async setNotes(_id: InstallationId, notes: AccountNotes): Promise<boolean> {
      const read = await installations.findOne({ _id });
      if (read === null) return false;
      const before = withFieldsOfToday(read);
      const after = { ...before, ...notes };
      // Found by the new name before it has it, and by the old one until it has not.
      await keys.addNames(after, before);
      const isThere = (await installations.updateOne({ _id }, { $set: notes })).matchedCount === 1;
      await keys.dropNames(isThere ? before : after, isThere ? after : undefined);
      return isThere;
    },

    /**
     * What asking for a token needs: the credential in force, null before the first.
     * @throws UnknownInstallationError
     */
    async credentialOf(
      _id: InstallationId,
    ): Promise<Pick<InstallationDocument, "sealedCredential" | "generation" | "state">> {
      const found = await installations.findOne({ _id });
      if (found === null) throw new UnknownInstallationError("there is no such installation");
      const { sealedCredential, generation, state } = found;
      return { sealedCredential, generation, state };
    },

    /**
     * Notes a granted token and when to ask for the next, which a paused installation does not.
     * @returns whether that ended the state `revoked`, and for the first token of an install when that came in.
     */
    async noteGrant(
      _id: InstallationId,
      generation: Generation,
      grant: { result: TokenResult; grantedScopes: string[]; prewarmAt: Date },
    ): Promise<{ restored: boolean; firstSince: Date | undefined }> {
      const { result, grantedScopes, prewarmAt } = grant;
      const noted = { lastToken: result, lastGrantAt: result.at, grantedScopes, tokenFailures: 0 };
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
      const isFirst = before !== null && !(before.lastGrantAt && before.lastGrantAt >= before.installedAt);
      return { restored: before?.state === "revoked", firstSince: isFirst ? before.installedAt : undefined };
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
        { $set: { lastToken: result, prewarmAt }, $inc },
      );
      if (matchedCount === 0)
        await installations.updateOne(
          { _id, generation, state: "paused" },
          { $set: { lastToken: result }, $inc },
        );
    },

    /**
     * Notes that Trackunit refuses the credential: the installation becomes `revoked` unless a newer install is stored or
     * it is paused. `prewarmAt` is when to try it once more. Returns whether it became so.
     */
    async noteRefusal(
      _id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<boolean> {
      const refused = { state: "revoked" as const, lastToken: result, prewarmAt };
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

    /** One page of the operators' list. */
    async list(query: ListQuery): Promise<InstallationPage> {
      return listInstallations({ installations, accounts, syncs }, query);
    },

    /** How many there are in each state. */
    async countByState(): Promise<Record<InstallationState, number>> {
      const [all, pending, paused, revoked] = await Promise.all([
        installations.estimatedDocumentCount(),
        installations.countDocuments({ state: "pending" }),
        installations.countDocuments({ state: "paused" }),
        installations.countDocuments({ state: "revoked" }),
      ]);
      return { pending, active: Math.max(0, all - pending - paused - revoked), paused, revoked };
    },

    /** How many active ones there are by the time that their token has left; `none`: the last request for one got none. */
    async countByTokenLeft(now: Date): Promise<Record<"none" | "expired" | "5m" | "30m" | "more", number>> {
      const { active } = await this.countByState();
      const none = await installations.countDocuments({
        state: "active",
        "lastToken.expiresAt": { $eq: null as never },
      });
      const expired = await expiringWithin(0);
      const in5m = await expiringWithin(5 * 60_000);
      const in30m = await expiringWithin(30 * 60_000);
      const more = Math.max(0, active - none - in30m);
      return { none, expired, "5m": in5m - expired, "30m": in30m - in5m, more };

      async function expiringWithin(ms: number): Promise<number> {
        const until = new Date(now.getTime() + ms);
        return installations.countDocuments({ state: "active", "lastToken.expiresAt": { $lte: until } });
      }
    },

    /** Its token is due, too: the prewarm asks for none, and sees to it that all syncs have stopped. */
    async setPaused(_id: InstallationId, now: Date): Promise<void> {
      await installations.updateOne({ _id }, { $set: { state: "paused", prewarmAt: now, proveAt: null } });
    },

    /** All syncs have stopped: nothing is due until the pause ends. */
    async quietPause(_id: InstallationId): Promise<void> {
      await installations.updateOne({ _id, state: "paused" }, { $set: { prewarmAt: null } });
    },

    async endPause(_id: InstallationId, now: Date): Promise<void> {
      const ends = [
        { has: { $ne: null }, $set: { state: "active", prewarmAt: now, proveAt: now } },
        { has: null, $set: { state: "pending", prewarmAt: null, proveAt: now } },
      ] as const;
      // A credential may take over between the two.
      for (const { has, $set } of [...ends, ...ends])
        await installations.updateOne({ _id, state: "paused", sealedCredential: has }, { $set });
    },

    /** Installations whose next token is due, the longest overdue first. */
    async duePrewarms(
      now: Date,
      limit: number,
    ): Promise<Pick<InstallationDocument, "_id" | "generation" | "prewarmAt">[]> {
      return installations
        .find({ prewarmAt: { $lte: now } }, { projection: { generation: 1, prewarmAt: 1 } })
        .sort({ prewarmAt: 1 })
        .limit(limit)
        .toArray();
    },

    /** Takes a due prewarm for one dispatcher: true for exactly one. If its job is lost, it is due again at `again`. */
    async claimPrewarm(due: Pick<InstallationDocument, "_id" | "prewarmAt">, again: Date): Promise<boolean> {
      const { modifiedCount } = await installations.updateOne(
        { _id: due._id, prewarmAt: due.prewarmAt },
        { $set: { prewarmAt: again } },
      );
      return modifiedCount === 1;
    },
  };
}
