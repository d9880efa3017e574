// The ingress's configuration, from the environment. Every variable is explained in docs/configuration.md.

import {
  commonOptionsOf,
  pickVariables,
  readEnvironment,
  schemaWithOutbound,
  tracesOptionsOf,
  variable,
} from "@fleetkeeper/runtime";
import { parsePublicKey, parseSigningKey, parseTokenKeys } from "@fleetkeeper/sealing";

export const schema = schemaWithOutbound({
  ...pickVariables("TRACKUNIT_JWKS_URL", "TRACKUNIT_APP_IDS"),
  ...pickVariables("CALLBACK_ISSUER", "CALLBACK_AUDIENCE", "CALLBACK_MAX_AGE_S"),
  ...pickVariables("CALLBACK_ACCOUNT_IDS", "CALLBACK_CLAIMS", "CALLBACK_CONTRADICTIONS"),
  KEY_SET_MAX_STALE_S: variable.wholeNumber(24 * 60 * 60),
  SEALING_PUBLIC_KEY: variable.parsedBy(parsePublicKey),
  INGRESS_SIGNING_KEY: variable.parsedBy(parseSigningKey),
  WEBHOOK_KEY: variable.parsedBy(parseTokenKeys).optional(),
  INGRESS_HOST: variable.host("127.0.0.1"),
  INGRESS_PORT: variable.port(3000),
  ...pickVariables("INGRESS_PATH"),
  INGRESS_TRUSTED_PROXIES: variable.networks().optional(),
  INGRESS_CONNECTIONS_PER_ADDRESS: variable.wholeNumber(1_000),
  INGRESS_REFUSALS_PER_MINUTE: variable.wholeNumber(600),
  INGRESS_WAIT_REPLICAS: variable.wholeNumber(0, { min: 0, max: 10 }),
  ...pickVariables("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"),
});

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    keySetUrl: values.trackunitJwksUrl,
    ...commonOptionsOf(values),
    keySetMaxStaleMs: values.keySetMaxStaleS * 1_000,
    allowedApps: new Set(values.trackunitAppIds),
    accountIds: values.callbackAccountIds,
    issuer: values.callbackIssuer,
    audience: values.callbackAudience?.ofAll,
    claimRules: {
      claims: values.callbackClaims ?? {},
      audienceOfApp: values.callbackAudience?.ofApp ?? {},
      contradictions: values.callbackContradictions,
    },
    maxAgeMs: values.callbackMaxAgeS * 1_000,
    sealingPublicKey: values.sealingPublicKey,
    signingKey: values.ingressSigningKey,
    webhookKeys: values.webhookKey,
    clients: {
      trustedProxies: values.ingressTrustedProxies,
      connections: { perAddress: values.ingressConnectionsPerAddress },
      refusalsPerMinute: values.ingressRefusalsPerMinute,
    },
    waitReplicas: values.ingressWaitReplicas,
    /** Empty, or such as `/fleetkeeper`. */
    basePath: values.ingressPath,
    host: values.ingressHost,
    port: values.ingressPort,
    traces: tracesOptionsOf(values),
  };
}
