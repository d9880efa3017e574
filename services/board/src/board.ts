// Builds the board's HTTP server from top to bottom; the caller listens.

import cookiePlugin from "@fastify/cookie";
import csrfPlugin from "@fastify/csrf-protection";
import formPlugin from "@fastify/formbody";
import helmetPlugin from "@fastify/helmet";
import { type ConnectionsOptions, checkGuardedUrl } from "@fleetkeeper/http";
import { type QueueSet, readCallbackInbox, readWebhookRefusals } from "@fleetkeeper/jobs";
import {
  createApiKeyActions,
  createOperatorActions,
  createReceiverActions,
  createWebhookActions,
  failingReasons,
} from "@fleetkeeper/operator";
import type { RedisClient } from "@fleetkeeper/redis";
import {
  addHealthRoutes,
  closeGracefully,
  createForeignProxies,
  type ReadinessCheck,
  withoutBasePath,
} from "@fleetkeeper/runtime";
import { createSealFor, createVerify, createWebhookSealing, type WebhookSealing } from "@fleetkeeper/sealing";
import type { Store } from "@fleetkeeper/store";
import type { Log, Metrics } from "@fleetkeeper/telemetry";
import { type FastifyInstance, fastify } from "fastify";
import type { JSONWebKeySet, JWK } from "jose";
import { createFailedJobsOf, createLimitsOf } from "./accounts/account/read.ts";
import { addAccountActionRoutes } from "./accounts/actions/routes.ts";
import { addBulkRoutes } from "./accounts/bulk/routes.ts";
import { addRecordRoutes } from "./accounts/records/routes.ts";
import { addAccountRoutes } from "./accounts/routes.ts";
import { addRunRoutes } from "./accounts/runs/routes.ts";
import { addApiKeyRoutes } from "./api-keys/routes.ts";
import { addAuditRoutes } from "./audit/routes.ts";
import { addSecureBehindTls, type BoardCookies, createCookies } from "./auth/cookies.ts";
import { createEndedSessions, type EndedSessions } from "./auth/ended-sessions.ts";
import { addGate } from "./auth/gate.ts";
import { createClientOf, createGuessLimit, type GuessLimitOptions } from "./auth/guess-limit.ts";
import { createIdentify } from "./auth/identify.ts";
import { createLoginAudit } from "./auth/login-audit.ts";
import { addLoginRoutes, createShowLogin } from "./auth/login-routes.ts";
import { createOidcMethod, type OidcTiming } from "./auth/oidc/create-oidc-method.ts";
import { type OidcSettings, trustOf } from "./auth/oidc/settings.ts";
import { csrfUserOf } from "./auth/page-state.ts";
import { createPasswordLogin } from "./auth/password-login.ts";
import { type BoardUser, createPasswords } from "./auth/passwords.ts";
import { createKeysFor, createSessions, deriveKey } from "./auth/sessions.ts";
import { createTryPassword } from "./auth/try-password.ts";
import { addCallbackRoutes } from "./callbacks/routes.ts";
import { BoardError } from "./errors.ts";
import { addExplanationRoutes } from "./explanations/routes.ts";
import { addAssetRoute } from "./html/assets.ts";
import { addBasePath, basePathOf } from "./html/base-path.ts";
import { createNotices } from "./html/notices.ts";
import { securityHeaders } from "./html/security-headers.ts";
import { createLiveHub } from "./live/live-hub.ts";
import { createLiveStreams, type LiveStreamsOptions } from "./live/live-streams.ts";
import { remember } from "./live/remember.ts";
import { addMetricsRoute } from "./metrics.ts";
import { addNotifications, type NotificationSettings } from "./notifications/add-notifications.ts";
import { createReadOverview, readsOfPage } from "./overview/read.ts";
import { addOverviewRoutes } from "./overview/routes.ts";
import { addBullBoard } from "./queues/bull-board/plugin.ts";
import { addRetryRoutes } from "./queues/retry-routes.ts";
import { addReceiverRoutes } from "./receivers/routes.ts";
import { createSendError } from "./send-error.ts";
import { addWebhookActionRoutes } from "./webhooks/action-routes.ts";
import { addWebhookRoutes } from "./webhooks/routes.ts";

export interface BoardOptions {
  users: readonly BoardUser[];
  /** Unset: people log in by password only. */
  oidc?: OidcSettings | undefined;
  /** How requests to the provider of OpenID Connect go out. */
  outbound?: ConnectionsOptions;
  /** The board's address in a browser; its path is where the board is mounted. */
  publicUrl?: URL | undefined;
  oidcTiming?: OidcTiming;
  /** Of the ingresses: with them the callback inbox says which entries are theirs. */
  verificationKeys?: JSONWebKeySet | undefined;
  /** The newest first. */
  sessionKeys?: readonly string[] | undefined;
  secureCookies: boolean;
  trustedProxies: readonly string[];
  namespace: string;
  redis: RedisClient;
  /** Unset: endpoints for webhooks get no key here, and payloads do not open. */
  webhookKeys?: JSONWebKeySet | undefined;
  /** The ingress as Trackunit reaches it. */
  ingressPublicUrl?: string | undefined;
  /** Unset: receivers get no secret here. */
  sealingPublicKey?: JWK | undefined;
  /** Receivers may also be in our network, and by plain HTTP. Default false. */
  notifyAnyAddress?: boolean;
  /** Default: no notifications. */
  notifications?: NotificationSettings;
  queueSet: QueueSet;
  store: Store;
  metrics: Metrics;
  checks: Record<string, ReadinessCheck>;
  log: Log;
  guessLimit?: GuessLimitOptions;
  /** How often an open page is updated. Default 2 000. */
  liveEveryMs?: number;
  streams?: Pick<LiveStreamsOptions, "maxStreams" | "maxPerSession" | "maxPerUser" | "maxAgeMs">;
  now?: () => Date;
}

export async function createBoard(options: BoardOptions): Promise<FastifyInstance> {
  const { users, oidc, secureCookies, namespace, redis, queueSet, metrics, checks, log } = options;
  const { now = () => new Date() } = options;
  const letIn = oidc === undefined ? users : { users, oidc: trustOf(oidc) };
  const keysFor = createKeysFor(options.sessionKeys, letIn);
  const cookies = createCookies(secureCookies);
  const basePath = basePathOf(options.publicUrl);
  const sessions = createSessions({ keys: keysFor("session"), now });
  const endedSessions = createEndedSessions({
    redis,
    namespace,
    maxAgeMs: sessions.maxAgeMs,
    onError: (error) => log.warn({ error }, "ended sessions cannot be read or written"),
  });
  const passwords = createPasswords(users);
  const clientOf = createClientOf(cookies.knownBrowser);
  const guessLimit = createGuessLimit(options.guessLimit);
  const { trustedProxies } = options;
  const foreignProxies = createForeignProxies(log, { trustedProxies, variable: "BOARD_TRUSTED_PROXIES" });
  const lookForProxy = foreignProxies.mayHide;
  const loginAudit = createLoginAudit({ audit: options.store.audit, log, now });
  const tryPassword = createTryPassword({
    passwords,
    guessLimit,
    clientOf,
    lookForProxy,
    loginAudit,
    log,
  });
  const methods = users.length === 0 ? [] : [createPasswordLogin(tryPassword)];
  if (oidc !== undefined)
    methods.unshift(
      createOidcMethod({
        settings: oidc,
        outbound: options.outbound,
        timing: options.oidcTiming,
        keys: keysFor("oidc"),
        cookies,
        redis,
        namespace,
        // Not the passwords' limit: neither way in may close the other.
        guessLimit: createGuessLimit(options.guessLimit),
        clientOf,
        loginAudit,
        passwords,
        log,
        now,
      }),
    );
  const showLogin = createShowLogin(methods);
  const sendError = createSendError({ log, showLogin });

  const server = fastify({
    logger: false,
    ajv: { customOptions: { validateSchema: false } }, // doubled the time that ours take at each start
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: 64 * 1024,
    rewriteUrl: withoutBasePath(basePath),
    // The ids of installations, and of jobs that begin with one, may be long.
    routerOptions: { maxParamLength: 2_000 },
    requestTimeout: 30_000,
    // A request on an open connection is still served while the server closes.
    return503OnClosing: false,
  });
  closeGracefully(server, closeGraceMs);
  addBasePath(server, basePath);
  server.setErrorHandler(sendError);
  await server.register(helmetPlugin, securityHeaders(secureCookies));
  await server.register(cookiePlugin, { secret: keysFor("cookie").map((key) => key.toString("hex")) });
  if (!secureCookies) addSecureBehindTls(server);
  await server.register(formPlugin);
  await server.register(csrfPlugin, {
    cookieKey: cookies.csrf.name,
    cookieOpts: cookies.csrf.options,
    // Not of the session keys, so that no form fails while these change: it is taken over a session's id,
    // which is secret.
    csrfOpts: { userInfo: true, hmacKey: deriveKey("forms", "csrf", letIn).toString("hex") },
    getUserInfo: csrfUserOf,
  });
  server.addHook("onSend", async (_request, reply) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  addGate(server, {
    identify: createIdentify({ sessions, endedSessions, cookie: cookies.session, tryPassword }),
    sendError,
    publicOrigin: options.publicUrl?.origin,
    trustedProxies,
  });
  server.setNotFoundHandler((request, reply) => sendError(new BoardError("ERR_NOT_FOUND"), request, reply));

  addHealthRoutes(server, checks);
  addAssetRoute(server);
  addLoginRoutes(server, { methods, sessions, endedSessions, cookies, showLogin, loginAudit, log });
  addMetricsRoute(server, metrics);
  const webhookSealing = options.webhookKeys && (await createWebhookSealing(options.webhookKeys));
  const { sealingPublicKey } = options;
  const sealSecret = sealingPublicKey && (await createSealFor(sealingPublicKey, "notify-secret"));
  addPages(server, options, { endedSessions, cookies, webhookSealing, sealSecret, now });
  await addBullBoard(server, { queueSet, store: options.store, sendError, log, now });
  return server;
}

/** For what is in progress when the board closes, so that an action is not cut in the middle. */
const closeGraceMs = 5_000;

/** In an outage everything fails, and counting it reads much. */
const healthForMs = 5_000;

/** Overview, accounts, webhooks and receivers, and what keeps them up to date. */
function addPages(
  server: FastifyInstance,
  options: BoardOptions,
  {
    endedSessions,
    cookies,
    webhookSealing,
    sealSecret,
    now,
  }: {
    endedSessions: EndedSessions;
    cookies: BoardCookies;
    webhookSealing: WebhookSealing | undefined;
    sealSecret: Parameters<typeof createReceiverActions>[0]["sealSecret"];
    now: () => Date;
  },
): void {
  const { namespace, redis, queueSet, store, log, liveEveryMs = 2_000 } = options;
  const liveStreams = createLiveStreams({
    ...options.streams,
    hub: createLiveHub({ everyMs: liveEveryMs }),
    endedSessions,
    checkEveryMs: liveEveryMs,
    onError: (error) => log.warn({ error }, "an open page could not be updated"),
  });
  server.addHook("preClose", async () => liveStreams.close());
  const notices = createNotices(cookies.notice);
  const actions = createOperatorActions({ store, queues: queueSet, now });
  // Counting is the most expensive read, and several pages want it.
  const countByState = remember(liveEveryMs, () => store.installations.countByState());
  const readHealth = remember(Math.max(liveEveryMs, healthForMs), () => store.syncs.health(failingReasons));
  const readOverview = createReadOverview({
    queueSet,
    redis,
    namespace,
    store,
    countByState,
    readHealth,
    ...readsOfPage(store, liveEveryMs),
    now,
    onError: (error, what) => log.warn({ error, what }, "the overview could not be read"),
  });
  const failedJobsOf = createFailedJobsOf(queueSet, (error) =>
    log.warn({ error }, "failed jobs could not be read"),
  );
  addExplanationRoutes(server);
  const verify = options.verificationKeys && createVerify(options.verificationKeys);
  const readInbox = remember(liveEveryMs, () => readCallbackInbox(redis, namespace, verify));
  addCallbackRoutes(server, { readInbox, liveStreams, now });
  addOverviewRoutes(server, { readOverview, liveStreams, notices });
  const refusalsOf = (endpointId: string) =>
    readWebhookRefusals(redis, namespace, endpointId).catch((error: unknown) => {
      log.warn({ error }, "refused webhooks could not be read");
      return undefined;
    });
  addNotifications(server, { ...options, countByState, now });
  addRetryRoutes(server, { actions, audit: store.audit, notices, log, now });
  const limitsOf = createLimitsOf({ redis, namespace, log, now });
  addAccountRoutes(server, {
    ...{ store, failedJobsOf, refusalsOf, limitsOf, countByState, readHealth, liveStreams, notices, now },
  });
  for (const add of [addRunRoutes, addRecordRoutes, addAuditRoutes]) add(server, { store, log, now });
  addAccountActionRoutes(server, { store, actions, notices, log });
  addBulkRoutes(server, { ...options, actions, liveStreams, now });
  addWebhookRoutes(server, {
    ...{ store, refusalsOf, liveStreams, notices, now },
    openPayload: async (sealed, id) => webhookSealing?.openPayload(sealed, id),
    ingressPublicUrl: options.ingressPublicUrl,
  });
  const webhookActions = createWebhookActions({
    store,
    queues: queueSet,
    sealKey: webhookSealing?.sealKey,
    now,
  });
  addWebhookActionRoutes(server, { store, actions: webhookActions, notices, log });
  addApiKeyRoutes(server, { keys: createApiKeyActions({ store, now }), notices, log, now });
  const checkUrl = (url: string) => checkGuardedUrl(url, { allowPrivate: options.notifyAnyAddress ?? false });
  const receivers = createReceiverActions({ store, sealSecret, checkUrl, now });
  addReceiverRoutes(server, { receivers, liveStreams, notices, log, now });
}
