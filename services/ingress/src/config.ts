// The ingress's configuration, from the environment. Every variable is explained in `.env.example`.

import { outboundOptionsOf, outboundVariables, readEnvironment, variable } from "@fleetkeeper/runtime";
import { logLevels } from "@fleetkeeper/telemetry";
import { z } from "zod";

export const schema = z.object({
  REDIS_URL: variable.redisUrl(),
  REDIS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: "may hold up to 40 lower-case letters, digits and - only" })
    .default("fleetkeeper"),
  TRACKUNIT_JWKS_URL: variable
    .url("https:", "http:")
    .default("https://iris.trackunit.com/api/marketplace/jwks"),
  TRACKUNIT_APP_IDS: variable
    .list(/,/)
    .refine((apps) => apps.length > 0, { error: "names no app", abort: true }),
  CALLBACK_ISSUER: z.string().optional(),
  CALLBACK_AUDIENCE: z.string().optional(),
  CALLBACK_MAX_AGE_S: variable.positive(300),
  KEY_SET_MAX_STALE_S: variable.positive(24 * 60 * 60),
  SEALING_PUBLIC_KEY: variable.json(
    z
      .looseObject({ kty: z.string(), kid: z.string().min(1) }, { error: "is not a JWK with kty and kid" })
      .refine((jwk) => !("d" in jwk), { error: "is a private key; give its public half" }),
  ),
  ...outboundVariables,
  INGRESS_HOST: z.string().default("127.0.0.1"),
  INGRESS_PORT: variable.port(3000),
  INGRESS_WAIT_REPLICAS: z.coerce.number().int().min(0).max(10).default(0),
  OPS_HOST: z.string().default("127.0.0.1"),
  OPS_PORT: variable.port(9464),
  LOG_LEVEL: z.enum(logLevels).default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable.url("https:", "http:").optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    redisUrl: values.REDIS_URL,
    namespace: values.REDIS_NAMESPACE,
    keySetUrl: values.TRACKUNIT_JWKS_URL,
    outbound: outboundOptionsOf(values),
    keySetMaxStaleMs: values.KEY_SET_MAX_STALE_S * 1_000,
    allowedApps: new Set(values.TRACKUNIT_APP_IDS),
    issuer: values.CALLBACK_ISSUER,
    audience: values.CALLBACK_AUDIENCE,
    maxAgeMs: values.CALLBACK_MAX_AGE_S * 1_000,
    sealingPublicKey: values.SEALING_PUBLIC_KEY,
    waitReplicas: values.INGRESS_WAIT_REPLICAS,
    host: values.INGRESS_HOST,
    port: values.INGRESS_PORT,
    opsHost: values.OPS_HOST,
    opsPort: values.OPS_PORT,
    logLevel: values.LOG_LEVEL,
    traces: { endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT, ratio: values.OTEL_TRACES_SAMPLER_ARG },
  };
}
