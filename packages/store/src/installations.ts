// Installations: who installed us, with which sealed credential, and how asking for a token went.

import type {
  Generation,
  Install,
  InstallationId,
  InstallationState,
  SealedText,
  TokenResult,
} from "@fleetkeeper/model";
import type { Collection, Db } from "mongodb";
import type { AccountDocument, InstallationDocument, SyncDocument } from "./documents.ts";
import { isDuplicateKey, UnknownInstallationError } from "./errors.ts";
import {
  accountKeyOf,
  type InstallationPage,
  type ListQuery,
  listInstallations,
} from "./list-installations.ts";
import { ownCollection } from "./own-collection.ts";

export type Installations = ReturnType<typeof createInstallations>;

export function createInstallations(db: Db) {
  const installations: Collection<InstallationDocument> = ownCollection(db, "installations");
  const accounts: Collection<AccountDocument> = ownCollection(db, "accounts");
  const syncs: Collection<SyncDocument> = ownCollection(db, "syncs");

  return {
    /**
     * Stores an install unless a newer one is stored. `same`: this very install is stored already, from an earlier start
     * of the same job. A stored install asks for a token at once and ends the state `revoked`.
     */
    async storeInstall(
      install: Install,
      how: { requestedScopes: string[]; sealKeyId: string },
    ): Promise<"stored" | "same" | "superseded"> {
      const { installationId: _id, generation, receivedAt, ...fields } = install;
      const key = { _id: accountKeyOf(install.accountId, _id) };
      await accounts.updateOne(key, { $set: { installationId: _id } }, { upsert: true });
      const result = await stored(_id, generation, { ...fields, ...how, installedAt: receivedAt });
      if (result !== "superseded")
        await installations.updateOne(
          { _id, generation, state: "revoked" },
          { $set: { state: "active", tokenFailures: 0 } },
        );
      return result;
    },

    async find(_id: InstallationId): Promise<InstallationDocument | null> {
      return installations.findOne({ _id });
    },

    /**
     * What asking for a token needs.
     * @throws UnknownInstallationError
     */
    async credentialOf(
      _id: InstallationId,
    ): Promise<Pick<InstallationDocument, "sealedCredential" | "generation" | "state">> {
      const found = await installations.findOne({ _id });
      if (found === null) throw new UnknownInstallationError();
      const { sealedCredential, generation, state } = found;
      return { sealedCredential, generation, state };
    },

    /**
     * Notes a granted token and when to ask for the next.
     * @returns whether that ended the state `revoked`, and for the first token of an install when that came in.
     */
    async noteGrant(
      _id: InstallationId,
      generation: Generation,
      grant: { result: TokenResult; grantedScopes: string[]; prewarmAt: Date },
    ): Promise<{ restored: boolean; firstSince: Date | undefined }> {
      const { result, grantedScopes, prewarmAt } = grant;
      const noted = { lastToken: result, lastGrantAt: result.at, grantedScopes, prewarmAt, tokenFailures: 0 };
      const before = await installations.findOneAndUpdate({ _id, generation }, { $set: noted });
      const isFirst = before !== null && !(before.lastGrantAt && before.lastGrantAt >= before.installedAt);
      await keepPaused(before);
      const restored = before?.state === "revoked" && (await restore(_id, generation));
      return { restored, firstSince: isFirst ? before.installedAt : undefined };
    },

    /** Notes that no token was had for a reason that may pass. */
    async noteFailure(
      _id: InstallationId,
      generation: Generation,
      result: TokenResult,
      prewarmAt: Date,
    ): Promise<void> {
      const noted = { $set: { lastToken: result, prewarmAt }, $inc: { tokenFailures: 1 } };
      await keepPaused(await installations.findOneAndUpdate({ _id, generation }, noted));
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
      const { matchedCount } = await installations.updateOne(
        { _id, generation, state: { $ne: "paused" } },
        { $set: { state: "revoked", lastToken: result, prewarmAt }, $inc: { tokenFailures: 1 } },
      );
      if (matchedCount === 0)
        await installations.updateOne({ _id, generation }, { $set: { lastToken: result } });
      return matchedCount === 1;
    },

    /** One page of the operators' list. */
    async list(query: ListQuery): Promise<InstallationPage> {
      return listInstallations({ installations, accounts, syncs }, query);
    },

    /** How many there are in each state. */
    async countByState(): Promise<Record<InstallationState, number>> {
      const [all, paused, revoked] = await Promise.all([
        installations.estimatedDocumentCount(),
        installations.countDocuments({ state: "paused" }),
        installations.countDocuments({ state: "revoked" }),
      ]);
      return { active: all - paused - revoked, paused, revoked };
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

    async forget(_id: InstallationId): Promise<void> {
      const found = await installations.findOne({ _id });
      if (found === null) return;
      await accounts.deleteOne({ _id: accountKeyOf(found.accountId, _id) });
      await installations.deleteOne({ _id });
    },

    async setPaused(_id: InstallationId): Promise<void> {
      await installations.updateOne({ _id }, { $set: { state: "paused", prewarmAt: null } });
    },

    async endPause(_id: InstallationId, now: Date): Promise<void> {
      await installations.updateOne({ _id, state: "paused" }, { $set: { state: "active", prewarmAt: now } });
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

  /** A token that was under way when the account was paused, or that an operator asked for, does not start it again. */
  async function keepPaused(before: InstallationDocument | null): Promise<void> {
    if (before?.state !== "paused") return;
    await installations.updateOne({ _id: before._id, state: "paused" }, { $set: { prewarmAt: null } });
  }

  async function restore(_id: InstallationId, generation: Generation): Promise<boolean> {
    const filter = { _id, generation, state: "revoked" as const };
    return (await installations.updateOne(filter, { $set: { state: "active" } })).modifiedCount === 1;
  }

  async function stored(
    _id: InstallationId,
    generation: Generation,
    fields: {
      irisAppId: string;
      accountId: string;
      sealedCredential: SealedText;
      clientIdFingerprint: string;
      sealKeyId: string;
      requestedScopes: string[];
      installedAt: Date;
    },
  ): Promise<"stored" | "same" | "superseded"> {
    try {
      await installations.updateOne(
        { _id, generation: { $lt: generation } },
        {
          $set: { ...fields, generation, prewarmAt: fields.installedAt },
          $setOnInsert: {
            state: "active",
            createdAt: fields.installedAt,
            grantedScopes: [],

            tokenFailures: 0,
          },
        },
        { upsert: true },
      );
      return "stored";
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    // The upsert tried to insert: one with the same or a newer generation is there.
    const present = await installations.findOne({ _id });
    return present?.generation === generation ? "same" : "superseded";
  }
}
