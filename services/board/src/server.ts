// Builds the board's HTTP server from top to bottom; the caller listens.

import { randomBytes } from "node:crypto";
import cookiePlugin from "@fastify/cookie";
import csrfPlugin from "@fastify/csrf-protection";
import formPlugin from "@fastify/formbody";
import helmetPlugin from "@fastify/helmet";
import type { QueueSet } from "@fleetkeeper/jobs";
import { addHealthRoutes, type ReadinessCheck } from "@fleetkeeper/process";
import type { Log, Metrics } from "@fleetkeeper/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import type { Redis } from "ioredis";
import { createCookies } from "./auth/cookies.ts";
import { createEndedSessions } from "./auth/ended-sessions.ts";
import { addGuard } from "./auth/guard.ts";
import { createGuessLimit, type GuessLimitOptions } from "./auth/guess-limit.ts";
import { createIdentify } from "./auth/identify.ts";
import { createPasswordLogin } from "./auth/password-login.ts";
import { type BoardUser, createPasswords } from "./auth/passwords.ts";
import { createSessions, deriveKey } from "./auth/sessions.ts";
import { createTryPassword } from "./auth/try-password.ts";
import { addBullBoard } from "./bull-board/plugin.ts";
import { NotFoundError } from "./errors.ts";
import { addAssetRoute } from "./routes/assets.ts";
import { addLoginRoutes, createShowLogin, csrfUserOf } from "./routes/login.ts";
import { addMetricsRoute } from "./routes/metrics.ts";
import { addOverviewRoute } from "./routes/overview.ts";
import { securityHeaders } from "./security-headers.ts";
import { createSendError } from "./send-error.ts";

export interface BoardOptions {
  users: readonly BoardUser[];
  sessionKey?: string | undefined;
  secureCookies: boolean;
  trustedProxies: readonly string[];
  namespace: string;
  redis: Redis;
  queueSet: QueueSet;
  metrics: Metrics;
  checks: Record<string, ReadinessCheck>;
  log: Log;
  guessLimit?: GuessLimitOptions;
  now?: () => Date;
}

export async function createBoardServer(options: BoardOptions): Promise<FastifyInstance> {
  const { users, secureCookies, namespace, redis, queueSet, metrics, checks, log } = options;
  const sessionKey = options.sessionKey ?? randomBytes(32).toString("hex");
  const keyFor = (purpose: string) => deriveKey(sessionKey, purpose, users);
  const cookies = createCookies(secureCookies);
  const sessions = createSessions({ key: keyFor("session"), ...(options.now && { now: options.now }) });
  const endedSessions = createEndedSessions({
    redis,
    namespace,
    maxAgeMs: sessions.maxAgeMs,
    onError: (error) => log.warn({ error }, "ended sessions cannot be read or written"),
  });
  const tryPassword = createTryPassword({
    passwords: createPasswords(users),
    guessLimit: createGuessLimit(options.guessLimit),
    knownBrowser: cookies.knownBrowser,
    log,
  });
  const methods = [createPasswordLogin(tryPassword)];
  const showLogin = createShowLogin(methods);
  const sendError = createSendError({ log, showLogin });

  const server = fastify({
    logger: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: true,
  });
  server.setErrorHandler(sendError);
  await server.register(helmetPlugin, securityHeaders(secureCookies));
  await server.register(cookiePlugin, { secret: Buffer.from(keyFor("cookie")).toString("hex") });
  await server.register(formPlugin);
  await server.register(csrfPlugin, {
    cookieKey: cookies.csrf.name,
    cookieOpts: cookies.csrf.options,
    csrfOpts: { userInfo: true, hmacKey: Buffer.from(keyFor("csrf")).toString("hex") },
    getUserInfo: csrfUserOf,
  });
  server.addHook("onSend", async (_request, reply) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  addGuard(server, {
    identify: createIdentify({ sessions, endedSessions, cookie: cookies.session, tryPassword }),
    sendError,
  });
  server.setNotFoundHandler((request, reply) => sendError(new NotFoundError(), request, reply));

  addHealthRoutes(server, checks);
  addAssetRoute(server);
  addLoginRoutes(server, { methods, sessions, endedSessions, cookies, showLogin, log });
  addMetricsRoute(server, metrics);
  addOverviewRoute(server, { queueSet, log });
  await addBullBoard(server, { queueSet, sendError, log });
  return server;
}
