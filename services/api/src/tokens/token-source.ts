// Access tokens without a credential: a warm one from Redis; a missing one is asked from the workers and
// waited for, so that single flight, back-off and pace hold for all who ask.

import { setTimeout as sleep } from "node:timers/promises";
import type { QueueSet } from "@fleetkeeper/jobs";
import type { InstallationId } from "@fleetkeeper/model";
import type { InstallationRow, Store } from "@fleetkeeper/store";
import { type CachedToken, isUsable, type TokenCache } from "@fleetkeeper/tokens";
import { Problem } from "../problems.ts";

/** For whom a token is wanted. */
export type TokenOwner = Pick<InstallationRow, "_id" | "generation" | "state">;

export interface TokenWish {
  /** One that Trackunit has just refused: another one is given. */
  refused?: CachedToken;
  /** It is good for as long at least. */
  minValidityMs?: number;
}

/** This many installations whose tokens were read are remembered, so that not every read is noted. */
const maxNoted = 100_000;

export interface TokenSource {
  /**
   * A token that is good beyond the leeway, of the owner's install or a newer one.
   * @throws Problem ERR_ACCOUNT_PAUSED, ERR_ACCOUNT_REVOKED, ERR_TOKEN_TOO_SHORT, ERR_TOKEN_UNAVAILABLE,
   * ERR_TOKEN_PENDING
   */
  get(owner: TokenOwner, wish?: TokenWish): Promise<CachedToken>;
}

/** Anyone who asks for more than this share of a token's life would have one made for each few requests. */
const maxShare = 0.9;

export function createTokenSource(options: {
  cache: Pick<TokenCache, "read" | "readFailure" | "noteRead">;
  queues: Pick<QueueSet, "addUrgentPrewarm">;
  installations: Pick<Store["installations"], "find">;
  now: () => Date;
  /** For a worker to bring a token. Default 15 000. */
  waitMs?: number;
}): TokenSource {
  const { cache, queues, installations, now, waitMs = 15_000 } = options;
  const asking = new Map<string, Promise<CachedToken>>();
  /** When the use of an installation's token is to be noted again. */
  const noteAgainAt = new Map<string, Date>();

  return {
    async get(owner, wish = {}) {
      const token = await obtain(owner, wish);
      await noteUse(owner._id, token);
      return token;
    },
  };

  async function obtain(owner: TokenOwner, wish: TokenWish): Promise<CachedToken> {
    refuseUnlessActive(owner);
    const found = await cache.read(owner._id);
    if (found !== undefined) {
      refuseTooLong(found, wish);
      if (isGood(found, owner, wish)) return found;
    }
    const newerThan = replacedBy(found, owner, wish);
    const name = `${owner._id} ${owner.generation} ${newerThan ?? ""}`;
    const token = await once(name, () => askWorkers(owner, newerThan));
    refuseTooLong(token, wish);
    return token;
  }

  /**
   * So that workers keep it warm. A token that cannot be noted is as good; of too many all are noted again.
   */
  async function noteUse(id: InstallationId, token: CachedToken): Promise<void> {
    const at = now();
    if (at < (noteAgainAt.get(id) ?? at)) return;
    if (noteAgainAt.size >= maxNoted) noteAgainAt.clear();
    const lifeMs = token.expiresAt.getTime() - token.issuedAt.getTime();
    noteAgainAt.set(id, new Date(at.getTime() + lifeMs / 4));
    await cache.noteRead(id, token).catch(() => noteAgainAt.delete(id));
  }

  function isGood(
    token: CachedToken,
    { generation }: TokenOwner,
    { refused, minValidityMs = 0 }: TokenWish,
  ): boolean {
    const leftMs = token.expiresAt.getTime() - now().getTime();
    const isRefused = refused !== undefined && token.issuedAt <= refused.issuedAt;
    return token.generation >= generation && isUsable(token, now()) && leftMs >= minValidityMs && !isRefused;
  }

  /**
   * When the token was issued that is to be replaced; undefined where there is none, or a worker sees that
   * without being told.
   */
  function replacedBy(
    found: CachedToken | undefined,
    owner: TokenOwner,
    wish: TokenWish,
  ): string | undefined {
    if (wish.refused !== undefined && wish.refused.generation >= owner.generation)
      return wish.refused.issuedAt.toISOString();
    return found !== undefined && isGood(found, owner, {}) ? found.issuedAt.toISOString() : undefined;
  }

  function once(name: string, ask: () => Promise<CachedToken>): Promise<CachedToken> {
    const running = asking.get(name);
    if (running !== undefined) return running;
    const started = ask().finally(() => asking.delete(name));
    asking.set(name, started);
    return started;
  }

  async function askWorkers(owner: TokenOwner, newerThan: string | undefined): Promise<CachedToken> {
    const { _id: installationId, generation } = owner;
    const giveUpAtMs = performance.now() + waitMs;
    const job = { installationId, generation, ...(newerThan === undefined ? {} : { newerThan }) };
    await refuseWhileHeld(owner);
    await queues.addUrgentPrewarm(job);
    for (
      let look = 1, pauseMs = 10;
      performance.now() < giveUpAtMs;
      look++, pauseMs = Math.min(pauseMs * 1.5, 250)
    ) {
      await sleep(pauseMs);
      const token = await cache.read(installationId);
      const isNewer =
        newerThan === undefined || (token !== undefined && token.issuedAt > new Date(newerThan));
      if (token !== undefined && isNewer && isGood(token, owner, {})) return token;
      await refuseWhileHeld(owner);
      if (look % 8 !== 0) continue;
      // A refused credential is remembered by the account's state; the job may have come to another's end.
      await refuseUnlessThere(installationId);
      await queues.addUrgentPrewarm(job);
    }
    throw new Problem("ERR_TOKEN_PENDING", { retryAfterMs: 5_000 });
  }

  /** One failure is one for all who ask, until its wait ends. */
  async function refuseWhileHeld({ _id, generation }: TokenOwner): Promise<void> {
    const failure = await cache.readFailure(_id);
    if (failure === undefined || failure.generation < generation) return;
    const retryAfterMs = failure.until.getTime() - now().getTime();
    if (retryAfterMs <= 0) return;
    throw new Problem("ERR_TOKEN_UNAVAILABLE", {
      detail: `${failure.code}: ${failure.message}`,
      retryAfterMs,
    });
  }

  async function refuseUnlessThere(id: InstallationId): Promise<void> {
    const installation = await installations.find(id);
    if (installation === null) throw new Problem("ERR_NOT_FOUND", { detail: "The account was forgotten." });
    refuseUnlessActive(installation);
  }
}

function refuseUnlessActive({ state }: Pick<TokenOwner, "state">): void {
  if (state === "pending")
    throw new Problem("ERR_TOKEN_PENDING", {
      detail: "No credential of the account has proved itself yet.",
      retryAfterMs: 30_000,
    });
  if (state === "paused") throw new Problem("ERR_ACCOUNT_PAUSED");
  if (state === "revoked")
    throw new Problem("ERR_ACCOUNT_REVOKED", {
      detail:
        "Trackunit refuses the account's credential; a new install, or a token granted again, ends that.",
    });
}

function refuseTooLong({ issuedAt, expiresAt }: CachedToken, { minValidityMs = 0 }: TokenWish): void {
  const maxMs = maxShare * (expiresAt.getTime() - issuedAt.getTime());
  if (minValidityMs <= maxMs) return;
  const detail = `minValidity is at most ${Math.floor(maxMs / 1_000)}: nine tenths of a token's life.`;
  throw new Problem("ERR_TOKEN_TOO_SHORT", { detail });
}
