// Every key that we have in Redis, as `documents.ts` is the page of MongoDB. One style:
// `{<namespace>-<what lies together>}:<name>:<more>`. The braces are a cluster's hash tag: keys with the same
// one are on the same server, and one command may touch several of them. A user's rights in Redis can be
// given by the pattern of a tag, such as `{fleetkeeper-board}:*`.

import type { InstallationId } from "@fleetkeeper/model";

/** The keys of one namespace. */
export type RedisKeys = ReturnType<typeof redisKeys>;

/** All keys of one namespace (`REDIS_NAMESPACE`). */
export function redisKeys(namespace: string) {
  const key = (together: string, ...parts: string[]) => [`{${namespace}-${together}}`, ...parts].join(":");

  return {
    /** What BullMQ puts before the keys of a queue. */
    queuePrefix: (queue: string) => key(queue),
    /** Proves that the server of a queue takes writes. Expires. */
    queueProbe: (queue: string) => key(queue, "probe"),
    /** How many syncs each worker runs at a time. Each worker's entry counts for a time. */
    syncPlaces: () => key("sync", "places"),
    /** A counter, written before each wait for the disk or the replicas of what a queue was given. */
    writeBarrier: (queue: string) => key(queue, "write-barrier"),

    /** Which body a callback token came with first, by the token's id. Expires with the token. */
    callbackToken: (tokenId: string) => key(tokenId, "callback-token"),

    /** The last callbacks that the ingress saw: those it took, or those it refused. Expires. */
    callbackInbox: (outcome: "taken" | "refused") => key("callback-inbox", outcome),

    /**
     * A sealed access token; `inputs` stands for the scopes and the endpoint that it is good for. Expires
     * with the token.
     */
    accessToken: (id: InstallationId, inputs: string) => key(id, "token", inputs),
    /** How the last request for that token failed, and until when none is sent again. Expires. */
    accessTokenFailure: (id: InstallationId, inputs: string) => key(id, "token", inputs, "failure"),
    /** The API has read the installation's token not long ago. Expires. */
    accessTokenRead: (id: InstallationId) => key(id, "token-read"),
    /** How often in a row the token endpoint did not answer any account. Expires. */
    tokenEndpointOutages: () => key("token-endpoint", "outages"),
    /** When the next request to the token endpoint may go. Expires. */
    tokenEndpointPace: () => key("token-endpoint", "next-at"),
    /** The same of a request for a new install. Expires. */
    tokenEndpointProofPace: () => key("token-endpoint", "next-proof-at"),
    /** Held by the one who asks for that token. Expires. */
    accessTokenLock: (id: InstallationId, inputs: string) => key(id, "token", inputs, "lock"),

    /**
     * The last requests of an installation to a family of endpoints, or to a part of it. Expires with the
     * window.
     */
    apiLimit: (id: InstallationId, family: string, part?: string) =>
      key(id, "limit", family, ...(part === undefined ? [] : ["part", part])),
    /** Whose turn it is where requests and syncs both wait for that limit. Expires. */
    apiTurns: (id: InstallationId, family: string, part?: string) =>
      key(id, "limit", family, "turns", ...(part === undefined ? [] : [part])),
    /** Until when the API wants no request of that family. Expires. */
    apiClosed: (id: InstallationId, family: string) => key(id, "limit", family, "closed"),

    /**
     * What the counters of all services gained in the minute, quarter of an hour or hour that begins then,
     * such as `2026-03-01T09:00`. Expires.
     */
    timeStats: (size: "minute" | "quarter" | "hour", start: string) =>
      key("facts", "stats", ...(size === "minute" ? [] : [size]), start),
    /**
     * What the claims of accepted callbacks were. Below the only keys there that the ingress may write.
     * Expires.
     */
    callbackClaims: () => key("facts", "stats", "callback-claims"),
    /** The variables about callback tokens that an ingress runs without. Expires. */
    unsetTokenRules: () => key("facts", "stats", "unset-token-rules"),
    /** Since when an ingress has had no new key set of Trackunit; absent while all have one. Expires. */
    keySetStale: () => key("facts", "stats", "key-set-stale"),
    /** Counts of all accounts. Expires. */
    accountCounts: () => key("facts", "account-counts"),
    /** Where the trace of an install got to. Expires. */
    installTrace: (id: InstallationId) => key("facts", "install-trace", id),

    /**
     * What the ingress knows of an endpoint for webhooks, sealed. Expires unless a worker writes it again.
     */
    webhookEndpoint: (endpointId: string) => key("webhook-endpoints", endpointId),
    /** Written with the endpoints: gone with them, when Redis lost what it had. */
    webhookRegistry: () => key("webhook-endpoints", "written"),
    /** How many deliveries to an endpoint were refused, by reason. Expires. */
    webhookRefusals: (endpointId: string) => key("webhook-refusals", endpointId),

    /** A session of the board that was logged out. Expires. */
    endedSession: (sessionId: string) => key("board", "ended-session", sessionId),
    /** A login by OpenID Connect that has come back. Expires. */
    oidcTry: (id: string) => key("board", "oidc-try", id),
    /** How far an action on many accounts got. Expires. */
    bulkAction: (id: string) => key("board", "bulk-action", id),
  };
}
