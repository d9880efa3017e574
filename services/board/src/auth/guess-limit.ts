// Bounds password guessing by client and by user, without ever locking a user out.

import { createHash, randomUUID } from "node:crypto";
import { networkOf, networksPerSite, siteOf } from "@fleetkeeper/runtime";
import type { FastifyRequest } from "fastify";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { BoardError } from "../errors.ts";
import type { BoardCookie } from "./cookies.ts";

export interface GuessLimitOptions {
  /** Counters start again after this long. Default 15 minutes. */
  windowMs?: number;
  /** Wrong guesses at one user that a client has. Default 10. */
  perClient?: number;
  /** Wrong guesses at one user, from all clients together, that make it an attack. Default 50. */
  perUser?: number;
  /**
   * What a client has at a user under attack. Default 3: fewer, never none, so that the true user still gets
   * in.
   */
  perClientUnderAttack?: number;
}

/** Where a guess comes from. */
export interface Client {
  address: string;
  /** The /48 of an IPv6 address, which has thousands of networks: it has eight times a client's guesses. */
  site?: string | undefined;
  /** A browser in which this very user has logged in before. */
  browser?: string | undefined;
}

export interface GuessLimit {
  /**
   * Counts a guess before it is checked, so that parallel ones count too. The address is always counted; a
   * user's own browser has its own tries, so that it gets in while others at the same address (behind
   * the same proxy, perhaps) has used up that one's.
   * @throws ERR_TOO_MANY_TRIES when the client has none left.
   */
  take(client: Client, user: string): Promise<void>;
  /** Takes back the count of a guess that was right. */
  giveBack(client: Client, user: string): Promise<void>;
}

/** Counts in this process's memory: a restart forgets, and several boards count each for itself. */
export function createGuessLimit(options: GuessLimitOptions = {}): GuessLimit {
  const { windowMs = 15 * 60_000, perClient = 10, perUser = 50, perClientUnderAttack = 3 } = options;
  const byClient = new RateLimiterMemory({ points: perClient, duration: windowMs / 1_000 });
  const byUser = new RateLimiterMemory({ points: perUser, duration: windowMs / 1_000 });
  return {
    async take(client, user) {
      const guessesAtUser = (await byUser.get(user))?.consumedPoints ?? 0;
      const allowed = guessesAtUser > perUser ? perClientUnderAttack : perClient;
      const { counted, decides, site } = keysOf(client, user);
      const counts = await Promise.all(counted.map((key) => byClient.penalty(key)));
      refuseOver(counts[counted.indexOf(decides)], allowed);
      // A network that has none left uses up nothing of its site's.
      if (site !== undefined) refuseOver(await byClient.penalty(site), allowed * networksPerSite);
      await byUser.penalty(user);
    },
    async giveBack(client, user) {
      const { counted, site } = keysOf(client, user);
      const keys = site === undefined ? counted : [...counted, site];
      await Promise.all([...keys.map((key) => byClient.reward(key)), byUser.reward(user)]);
    },
  };
}

/** @throws ERR_TOO_MANY_TRIES */
function refuseOver(count: RateLimiterRes | undefined, allowed: number): void {
  const { consumedPoints = 0, msBeforeNext = 0 } = count ?? {};
  if (consumedPoints <= allowed) return;
  throw new BoardError("ERR_TOO_MANY_TRIES", {
    retryAfterMs: msBeforeNext,
    message: `Too many tries. The next one is possible in ${Math.ceil(msBeforeNext / 60_000)} min.`,
  });
}

/** What is counted, what of it decides, and the site, which does not hold up a user's own browser. */
function keysOf({ address, site, browser }: Client, user: string) {
  const ofAddress = `address ${address} at ${user}`;
  if (browser === undefined)
    return { counted: [ofAddress], decides: ofAddress, site: site && `${site} at ${user}` };
  const ofBrowser = `browser ${browser} at ${user}`;
  return { counted: [ofAddress, ofBrowser], decides: ofBrowser, site: undefined };
}

export type ClientOf = (request: FastifyRequest, user: string) => Client;

/**
 * `user`: at whom the guess is. A browser counts only for the user who has logged in with it.
 */
export function createClientOf(knownBrowser: BoardCookie): ClientOf {
  return (request, user) => {
    const [address, site] = [networkOf(request.ip), siteOf(request.ip)];
    const cookie = request.cookies[knownBrowser.name];
    const known = cookie === undefined ? undefined : request.unsignCookie(cookie);
    const [id, ownedBy] = known?.valid ? (known.value ?? "").split(".") : [];
    return ownedBy === ownerMark(user) ? { address, site, browser: id } : { address, site };
  };
}

/** The content of the cookie that marks a browser. */
export function markOfBrowser(user: string): string {
  return `${randomUUID()}.${ownerMark(user)}`;
}

function ownerMark(user: string): string {
  return createHash("sha256").update(user).digest("base64url");
}
