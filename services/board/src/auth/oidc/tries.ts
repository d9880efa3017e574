// A login on its way to the provider and back: what must fit when it returns, sealed in a cookie for one try
// within ten minutes.

import { randomUUID } from "node:crypto";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { FastifyReply, FastifyRequest } from "fastify";
import { randomNonce, randomPKCECodeVerifier, randomState } from "openid-client";
import { BoardError } from "../../errors.ts";
import type { BoardCookie } from "../cookies.ts";
import { safeNext } from "../login-method.ts";
import { openCookie, sealCookie } from "../sealed-cookie.ts";

export interface OidcTry {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** The path to go to afterwards. */
  next: string;
}

export interface OidcTries {
  /** Begins a try; one that this browser began before ends. */
  begin(reply: FastifyReply, next: string): Promise<OidcTry>;
  /**
   * The try that this browser began, once: its cookie is worth nothing afterwards, a copy of it neither.
   * @throws ERR_OIDC_STATE when there is none, or `state` is another's.
   */
  take(request: FastifyRequest, reply: FastifyReply, state: unknown): Promise<OidcTry>;
}

/** Browsers drop cookies above 4 KiB. */
const maxNextLength = 1_500;

export function createOidcTries(options: {
  /** 32 bytes each, the newest first. */
  keys: readonly Uint8Array[];
  cookie: BoardCookie;
  maxAgeMs: number;
  redis: RedisClient;
  namespace: string;
  onError: (error: unknown) => void;
  now: () => Date;
}): OidcTries {
  const { keys, cookie, maxAgeMs, redis, namespace, onError, now } = options;

  /** Also while Redis does not answer: the provider takes a code only once, too. */
  async function isFirstUse(id: string): Promise<boolean> {
    try {
      return (await redis.set(redisKeys(namespace).oidcTry(id), "1", "PX", maxAgeMs, "NX")) === "OK";
    } catch (error) {
      onError(error);
      return true;
    }
  }

  return {
    async begin(reply, next) {
      const begun = {
        state: randomState(),
        nonce: randomNonce(),
        codeVerifier: randomPKCECodeVerifier(),
        next: next.length > maxNextLength ? "/" : next,
      };
      const expiresAt = new Date(now().getTime() + maxAgeMs);
      const sealed = await sealCookie(keys, begun, { id: randomUUID(), expiresAt });
      reply.setCookie(cookie.name, sealed, { ...cookie.options, maxAge: maxAgeMs / 1_000 });
      return begun;
    },
    async take(request, reply, state) {
      const sealed = request.cookies[cookie.name];
      if (sealed === undefined) throw new BoardError("ERR_OIDC_STATE");
      reply.clearCookie(cookie.name, cookie.options);
      const requiredClaims = ["jti", "exp"];
      const opened = await openCookie<OidcTry>(keys, sealed, { requiredClaims, now: now() });
      if (opened === undefined) throw new BoardError("ERR_OIDC_STATE");
      const { jti = "", next, ...begun } = opened;
      const firstUse = await isFirstUse(jti);
      if (!firstUse || state !== begun.state) throw new BoardError("ERR_OIDC_STATE");
      return { ...begun, next: safeNext(next) };
    },
  };
}
