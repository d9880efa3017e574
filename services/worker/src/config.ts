// The worker's configuration, from the environment. Every variable is explained in .env.example.

import { outboundOptionsOf, outboundVariables, readEnvironment, variable } from "@fleetkeeper/runtime";
import { logLevels } from "@fleetkeeper/telemetry";
import type { JSONWebKeySet, JWK } from "jose";
import { z } from "zod";

const jwk = z.looseObject({ kty: z.string(), kid: z.string() }) as unknown as z.ZodType<JWK>;
const tokenKeys = z.object({
  keys: z.array(z.looseObject({ kty: z.literal("oct"), kid: z.string(), k: z.string() })).min(1),
}) as unknown as z.ZodType<JSONWebKeySet>;
const jwks = z.object({ keys: z.array(jwk).min(1) }) as unknown as z.ZodType<JSONWebKeySet>;

export const schema = z.object({
  REDIS_URL: variable.redisUrl(),
  REDIS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default("fleetkeeper"),
  MONGODB_URL: variable.mongodbUrl(),
  TRACKUNIT_TOKEN_URL: variable.url("https:", "http:").default("https://auth.trackunit.com/apptoken"),
  TRACKUNIT_API_URL: variable.url("https:", "http:").default("https://iris.trackunit.com"),
  TRACKUNIT_SCOPES: variable.list(/\s+/).default(["asset.view"]),
  ...outboundVariables,
  SEALING_PUBLIC_KEY: variable.json(jwk),
  SEALING_PRIVATE_KEYS: variable.json(jwks),
  TOKEN_KEY: variable.json(tokenKeys),
  OPS_HOST: z.string().default("127.0.0.1"),
  OPS_PORT: variable.port(9464),
  LOG_LEVEL: z.enum(logLevels).default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable.url("https:", "http:").optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  SYNC_MODULES: variable.list(/,/).default([]),
  SYNC_CONCURRENCY: variable.positive(10),
  SYNC_BACKLOG: variable.positive(200),
  SYNC_SLICE_PAGES: variable.positive(20),
  SYNC_SLICE_MS: variable.positive(10_000),
  SYNC_PAGE_MS: variable.positive(120_000),
  SYNC_LEASE_MS: variable.positive(90_000),
  MISSING_SHARE: z.coerce.number().min(0).max(1).default(0.2),
  MISSING_RECORDS: variable.positive(20),
  MISSING_PASSES: z.coerce.number().int().min(2).max(1_000).default(6),
  PREWARM_CONCURRENCY: variable.positive(10),
});

export type WorkerConfig = ReturnType<typeof readConfig>;

/** @throws ConfigurationError */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return { ...values, outbound: outboundOptionsOf(values) };
}
