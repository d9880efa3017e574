// Bounds password guessing by client and by user, without ever locking a user out.

import { networkOf } from "@fleetkeeper/runtime";
import type { FastifyRequest } from "fastify";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { BoardError } from "../errors.ts";
import type { BoardCookie } from "./cookies.ts";

export interface GuessLimitOptions {
  /** Counters start anew after this long. Default 15 minutes. */
  windowMs?: number;
  /** Wrong guesses that one client has. Default 10. */
  perClient?: number;
  /** Wrong guesses at one user, from all clients together, that make it an attack. Default 50. */
  perUser?: number;
  /** What a client has at a user under attack. Default 3: fewer, never none, so that the true user still gets in. */
  perClientUnderAttack?: number;
}

export interface GuessLimit {
  /**
   * Counts a guess before it is checked, so that parallel ones count too.
   * @throws ERR_TOO_MANY_TRIES when the client has none left.
   */
  take(client: string, user: string): Promise<void>;
  /** Takes back the count of a guess that was right. */
  giveBack(client: string, user: string): Promise<void>;
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
      const { consumedPoints, msBeforeNext } = await byClient.penalty(client);
      if (consumedPoints > allowed)
        throw new BoardError("ERR_TOO_MANY_TRIES", {
          retryAfterMs: msBeforeNext,
          message: `Too many tries. The next one counts in ${Math.ceil(msBeforeNext / 60_000)} min.`,
        });
      await byUser.penalty(user);
    },
    async giveBack(client, user) {
      await Promise.all([byClient.reward(client), byUser.reward(user)]);
    },
  };
}

/** Whose guesses count together. */
export type ClientOf = (request: FastifyRequest) => string;

/** A browser that has logged in before is a client of its own, every other request is its address's. */
export function createClientOf(knownBrowser: BoardCookie): ClientOf {
  return (request) => {
    const cookie = request.cookies[knownBrowser.name];
    const browser = cookie === undefined ? undefined : request.unsignCookie(cookie);
    return browser?.valid ? `browser ${browser.value}` : `address ${networkOf(request.ip)}`;
  };
}
