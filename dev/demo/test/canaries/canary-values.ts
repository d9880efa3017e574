// A value with a canary for each variable that can hold a secret, and the names of those that cannot.

import { randomBytes } from "node:crypto";
import { createPrivateAuthority } from "@fleetkeeper/local-stack";
import { generateSealingKey, generateSigningKey, generateTokenKey } from "@fleetkeeper/sealing";

/** What is set, and what may be found nowhere. */
interface Canary {
  value: string;
  secrets: string[];
}

/** What a canary is put into: where the server is, and what TLS keys and certificates belong to. */
export interface Places {
  redisUrl: string;
  mongodbUrl: string;
  keySetUrl: string;
  tokenUrl: string;
  proxyUrl: string;
}

const text = (): Canary => {
  const core = randomBytes(12).toString("hex");
  // Every spelling of it holds the core, or the core's own in hexadecimal or base64.
  return { value: `${core}-p/+@ :${core.slice(0, 4)}`, secrets: [core] };
};

const inUrl = (url: string): Canary => {
  const { value, secrets } = text();
  return { value: url.replace("://", `://canary:${encodeURIComponent(value)}@`), secrets };
};

const inQuery = (url: string): Canary => {
  const { value, secrets } = text();
  return { value: `${url}?subscription-key=${encodeURIComponent(value)}`, secrets };
};

const inPath = (url: string): Canary => {
  const { value, secrets } = text();
  return { value: `${url}/services/${encodeURIComponent(value)}`, secrets };
};

const signingSecret = (): Canary => {
  const key = randomBytes(32).toString("base64");
  return { value: `whsec_${key}`, secrets: [key] };
};

const inJson = (key: object): Canary => {
  const { d, k } = key as { d?: string; k?: string };
  return { value: JSON.stringify(key), secrets: [d, k].filter((one) => one !== undefined) };
};

const inPem = (pem: string): Canary => ({
  value: pem,
  secrets: pem.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----")),
});

/**
 * A new value at each call, of every variable that can hold a secret. Those of one service belong together.
 */
export async function makeCanaries(places: Places) {
  const sealing = await generateSealingKey();
  const signing = await generateSigningKey();
  const { client, close } = createPrivateAuthority();
  close();
  const values = {
    REDIS_URL: inUrl(places.redisUrl),
    MONGODB_URL: inUrl(places.mongodbUrl),
    TRACKUNIT_JWKS_URL: inQuery(places.keySetUrl),
    TRACKUNIT_TOKEN_URL: inQuery(places.tokenUrl),
    HTTP_PROXY: inUrl(places.proxyUrl),
    HTTPS_PROXY: inUrl(places.proxyUrl),
    TRACKUNIT_CLIENT_KEY: inPem(client.key),
    PROXY_CLIENT_KEY: inPem(client.key),
    BOARD_OIDC_CLIENT_KEY: inPem(client.key),
    SEALING_PRIVATE_KEYS: wrapped(inJson(sealing.privateKey)),
    INGRESS_SIGNING_KEY: inJson(signing.privateKey),
    TOKEN_KEY: wrapped(inJson(generateTokenKey())),
    WEBHOOK_KEY: wrapped(inJson(generateTokenKey())),
    BOARD_PASSWORD: text(),
    BOARD_VIEWER_PASSWORD: text(),
    BOARD_SESSION_KEY: text(),
    BOARD_OIDC_CLIENT_SECRET: text(),
    NOTIFICATIONS_SMTP_URL: inUrl("smtp://127.0.0.1:1"),
    NOTIFICATIONS_WEBHOOK_SECRET: signingSecret(),
    NOTIFICATIONS_SLACK_URL: inPath("http://127.0.0.1:1"),
    /** No variable of ours: OpenTelemetry's exporter reads it. */
    OTEL_EXPORTER_OTLP_HEADERS: headers(text()),
  } satisfies Record<string, Canary>;
  return {
    values,
    /** What belongs to them and is not a secret. */
    beside: {
      SEALING_PUBLIC_KEY: JSON.stringify(sealing.publicKey),
      INGRESS_VERIFICATION_KEYS: JSON.stringify({ keys: [signing.publicKey] }),
      TRACKUNIT_CLIENT_CERTIFICATE: client.certificate,
      PROXY_CLIENT_CERTIFICATE: client.certificate,
      BOARD_OIDC_CLIENT_CERTIFICATE: client.certificate,
      NOTIFICATIONS_MAIL_FROM: "fleetkeeper@your.host",
      NOTIFICATIONS_MAIL_TO: "operator@your.host",
      NOTIFICATIONS_WEBHOOK_URL: "http://127.0.0.1:1/hook",
    },
  };
}

const wrapped = ({ value, secrets }: Canary): Canary => ({ value: `{"keys":[${value}]}`, secrets });
const headers = ({ value, secrets }: Canary): Canary => ({
  value: `authorization=Bearer%20${encodeURIComponent(value)}`,
  secrets,
});

/** Their content may be seen. */
export const plainVariables = [
  ...["REDIS_NAMESPACE", "TRACKUNIT_APP_IDS", "TRACKUNIT_API_URL", "TRACKUNIT_SCOPES", "NO_PROXY"],
  ...["TRACKUNIT_ACCOUNT_QUERY", "PREVIOUS_CREDENTIAL_DAYS", "TRACKUNIT_CLIENT_CERTIFICATE"],
  ...["PROXY_CLIENT_CERTIFICATE", "CALLBACK_ISSUER", "CALLBACK_AUDIENCE", "CALLBACK_MAX_AGE_S"],
  ...["CALLBACK_ACCOUNT_IDS", "CALLBACK_CLAIMS", "CALLBACK_CONTRADICTIONS"],
  ...["KEY_SET_MAX_STALE_S", "SEALING_PUBLIC_KEY", "INGRESS_VERIFICATION_KEYS"],
  ...["BOARD_USER", "BOARD_VIEWER_USER", "BOARD_SECURE_COOKIES", "BOARD_TRUSTED_PROXIES", "BOARD_PUBLIC_URL"],
  "INGRESS_PUBLIC_URL",
  "NOTIFY_ADDRESSES",
  ...["NOTIFICATIONS_MAIL_FROM", "NOTIFICATIONS_MAIL_TO", "NOTIFICATIONS_WEBHOOK_URL"],
  ...["NOTIFICATIONS_WINDOW_S", "NOTIFICATIONS_FAILED_RUNS", "NOTIFICATIONS_QUIET_HOURS"],
  ...["BOARD_OIDC_ISSUER", "BOARD_OIDC_CLIENT_ID", "BOARD_OIDC_CLIENT_CERTIFICATE", "BOARD_OIDC_SCOPES"],
  ...["BOARD_OIDC_ROLE_CLAIM", "BOARD_OIDC_OPERATOR_ROLES", "BOARD_OIDC_VIEWER_ROLES"],
  ...[
    "SYNC_MODULES",
    "SYNC_CONCURRENCY",
    "SYNC_BACKLOG",
    "SYNC_SLICE_PAGES",
    "SYNC_SLICE_MS",
    "SYNC_LEASE_MS",
  ],
  ...["SYNC_PAGE_MS", "MISSING_SHARE", "MISSING_RECORDS", "MISSING_PASSES", "PREWARM_CONCURRENCY"],
  ...["INGRESS_HOST", "INGRESS_PORT", "INGRESS_PATH", "INGRESS_TRUSTED_PROXIES", "INGRESS_WAIT_REPLICAS"],
  ...["INGRESS_CONNECTIONS_PER_ADDRESS", "INGRESS_REFUSALS_PER_MINUTE", "BOARD_HOST", "BOARD_PORT"],
  ...["API_HOST", "API_PORT", "API_KEY_REQUESTS_PER_SECOND", "OPS_HOST", "OPS_PORT", "LOG_LEVEL"],
  ...["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"],
  ...["SIMULATOR_HOST", "SIMULATOR_PORT", "SIMULATOR_CALLBACK_URL", "SIMULATOR_APP_ID", "SIMULATOR_SEED"],
  ...["SIMULATOR_ACCOUNTS", "SIMULATOR_CHANGE_EVERY_MS"],
  ...["FLEETKEEPER_IMAGE", "NODE_IMAGE", "REDIS_IMAGE", "MONGODB_IMAGE"],
];

/** The secret as it is, and as it is in base64 after any user name, and in hexadecimal. */
export function spellingsOf(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((before) =>
    Buffer.from("x".repeat(before) + secret)
      .toString("base64")
      .slice(4, -4),
  );
  return [
    ...[secret, ...inBase64, Buffer.from(secret).toString("hex")],
    ...inBase64.map((one) => one.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}
