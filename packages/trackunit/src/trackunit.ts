// The Trackunit API on behalf of one installation: within the limits, with a fresh token, and after 401
// again with a new one.

import { createBoundedMap, type Generation, type InstallationId } from "@fleetkeeper/model";
import type { Dispatcher } from "undici";
import { aempPages } from "./aemp-pages.ts";
import { type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.ts";
import type { TrackunitClient } from "./client.ts";
import { ApiForbiddenError, ApiRateLimitedError, ApiUnauthorizedError } from "./errors.ts";
import type { Ask, ReadAnswer, Send } from "./exchange.ts";
import { graphqlFamily, graphqlPages } from "./graphql-pages.ts";
import { type RequestFacts, type SentRequest, sendRequest } from "./http.ts";
import type { Limiter } from "./limits.ts";
import { restCursorPages } from "./rest-cursor-pages.ts";
import { restPages } from "./rest-pages.ts";
import { sendForItem } from "./send-for-item.ts";

/** Which token is asked for. */
export interface WantedToken {
  /** The API has just answered 401 to this one: another one is given. */
  refused?: string;
  /**
   * The API has just answered 403 to this one: another one is given if a newer install is there, else the
   * same.
   */
  forbidden?: string;
  /** The least install that the token may come from. */
  generation?: Generation;
}

/** What the clients of all installations have in common. */
export interface TrackunitOptions {
  apiUrl: string;
  /** Keeps the connections. */
  dispatcher: Dispatcher;
  getAccessToken: (installationId: InstallationId, wanted: WantedToken) => Promise<string>;
  /** Absent: nothing is counted, and only what the API says is heeded. */
  limiter?: Limiter;
  /** Default: one of its own. */
  breaker?: CircuitBreaker;
  /** Of one request, from sending to the last byte. Default 20 000. */
  timeoutMs?: number;
  /** Of one answer. Default 16 MiB. */
  bodyLimitBytes?: number;
  /** After each request, for metrics. Must not throw. */
  onRequest?: (facts: RequestFacts) => void;
}

/** Of one client. */
export interface ClientOptions {
  generation?: Generation | undefined;
  /** After each request of it. Must not throw. */
  onRequest?: (sent: SentRequest) => void;
}

/** Queries and paths are few, unless a publisher writes values or ids into them. */
const maxLearned = 1_000;

/**
 * One for a process: what it learns about the API it keeps for all installations. A client uses no token of
 * an older install than `generation`.
 */
export function createTrackunit(
  options: TrackunitOptions,
): (installationId: InstallationId, on?: ClientOptions) => TrackunitClient {
  const { apiUrl, dispatcher, getAccessToken, limiter } = options;
  const { breaker = createCircuitBreaker(), timeoutMs = 20_000, bodyLimitBytes = 16 * 1024 * 1024 } = options;
  const http = { apiUrl, dispatcher, timeoutMs, bodyLimitBytes, onRequest: options.onRequest };
  /** How many items of a GraphQL query the API lets be asked for at a time. */
  const affordable = createBoundedMap<string, number>(maxLearned);
  /** Paths whose list refused to be sorted. */
  const unsortable = createBoundedMap<string, true>(maxLearned);

  return (installationId, { generation, onRequest } = {}) => {
    const wanted = generation === undefined ? {} : { generation };
    /** The last token that 403 was answered to and that nothing newer is there for: not asked about again. */
    let forbidden: string | undefined;

    const ask: Ask = (request, signal) =>
      breaker.run(installationId, async () => {
        const token = await getAccessToken(installationId, wanted);
        const { family, part } = request;
        const use = { installationId, family, ...(part === undefined ? {} : { part }) };
        const askedAtMs = performance.now();
        await limiter?.take(use, signal);
        const waitedMs = Math.round(performance.now() - askedAtMs);
        let attempt = 0;
        const { method = "GET", path } = request;
        const told = (facts: RequestFacts) => {
          http.onRequest?.(facts);
          onRequest?.({ ...facts, method, path, attempt, waitedMs });
        };
        try {
          const answer = await withFreshToken(token, (fresh) => {
            attempt++;
            return sendRequest({ ...http, onRequest: told }, request, fresh, signal);
          });
          await keepToBudget(answer);
          return answer;
        } catch (error) {
          if (error instanceof ApiRateLimitedError) await close(family, error.retryAfterMs);
          throw error;
        }
      });
    const send: Send = async (request, signal) => (await ask(request, signal)).json;

    return {
      send,
      sendForItem: (request, signal) => sendForItem(send, request, signal),
      restPages: (list, page) => restPages(send, unsortable, list, page),
      restCursorPages: (list, page) => restCursorPages(send, list, page),
      graphqlPages: (query, page) => graphqlPages(ask, affordable, query, page),
      aempPages: (list, page) => aempPages(send, list, page),
    };

    /** The second try is not counted: a request without a valid account uses no account's limit. */
    async function withFreshToken<Result>(
      token: string,
      request: (token: string) => Promise<Result>,
    ): Promise<Result> {
      try {
        return await request(token);
      } catch (error) {
        return request(await otherToken(token, error));
      }
    }

    /** For a second try. @throws the error of the first, when no other token could help. */
    async function otherToken(token: string, error: unknown): Promise<string> {
      if (error instanceof ApiUnauthorizedError)
        return getAccessToken(installationId, { ...wanted, refused: token });
      if (!(error instanceof ApiForbiddenError) || token === forbidden) throw error;
      const other = await getAccessToken(installationId, { ...wanted, forbidden: token });
      if (other !== token) return other;
      forbidden = token;
      throw error;
    }

    /** All of an installation's GraphQL queries share the budget that each answer tells. */
    async function keepToBudget({ graphql }: ReadAnswer): Promise<void> {
      const budget = graphql?.budget;
      if (budget !== undefined && budget.remaining < budget.cost)
        await close(graphqlFamily, budget.resetInMs);
    }

    /** Only a courtesy: without it the API says the same again. */
    async function close(family: string, forMs: number | undefined): Promise<void> {
      if (forMs !== undefined) await limiter?.close({ installationId, family }, forMs).catch(() => undefined);
    }
  };
}
