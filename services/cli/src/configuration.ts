// The variables that commands read: the services' own, each command only those that it uses.

import { outboundOptionsOf, outboundVariables, readEnvironment, variable } from "@fleetkeeper/runtime";
import type { JSONWebKeySet, JWK } from "jose";
import { z } from "zod";

const publicKey = z
  .looseObject({ kty: z.string(), kid: z.string().min(1) }, { error: "is not a JWK with kty and kid" })
  .refine((jwk) => !("d" in jwk), { error: "is a private key; give its public half" });
const privateKeys = z.object(
  { keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().min(1), d: z.string() })).min(1) },
  { error: "is not a JWKS with private keys" },
);

const tokenKeys = z.object(
  {
    keys: z.array(z.looseObject({ kty: z.literal("oct"), kid: z.string().min(1), k: z.string() })).min(1),
  },
  { error: "is not a JWKS with symmetric keys" },
);

export const variables = {
  REDIS_URL: variable.redisUrl(),
  REDIS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: "may hold up to 40 lower-case letters, digits and - only" })
    .default("fleetkeeper"),
  MONGODB_URL: variable.mongodbUrl(),
  TRACKUNIT_JWKS_URL: variable
    .url("https:", "http:")
    .default("https://iris.trackunit.com/api/marketplace/jwks"),
  TRACKUNIT_TOKEN_URL: variable.url("https:", "http:").default("https://auth.trackunit.com/apptoken"),
  TRACKUNIT_API_URL: variable.url("https:", "http:").default("https://iris.trackunit.com"),
  TRACKUNIT_APP_IDS: variable
    .list(/,/)
    .refine((apps) => apps.length > 0, { error: "names no app", abort: true }),
  TRACKUNIT_SCOPES: variable.list(/\s+/).default(["asset.view"]),
  ...outboundVariables,
  CALLBACK_ISSUER: z.string().optional(),
  CALLBACK_AUDIENCE: z.string().optional(),
  CALLBACK_MAX_AGE_S: variable.positive(300),
  SEALING_PUBLIC_KEY: variable.json(publicKey as unknown as z.ZodType<JWK>),
  SEALING_PRIVATE_KEYS: variable.json(privateKeys as unknown as z.ZodType<JSONWebKeySet>),
  TOKEN_KEY: variable.json(tokenKeys as unknown as z.ZodType<JSONWebKeySet>),
};

export type VariableName = keyof typeof variables;
type Values<Name extends VariableName> = z.output<z.ZodObject<Pick<typeof variables, Name>>>;

/** @throws ConfigurationError that lists every fault of these variables. */
export function readVariables<Name extends VariableName>(
  env: NodeJS.ProcessEnv,
  ...names: Name[]
): Values<Name> {
  const shape = Object.fromEntries(names.map((name) => [name, variables[name]])) as Pick<
    typeof variables,
    Name
  >;
  return readEnvironment(z.object(shape), env) as Values<Name>;
}

/** How requests go out: the options of the package `http`. @throws ConfigurationError */
export function readOutbound(env: NodeJS.ProcessEnv) {
  return outboundOptionsOf(readEnvironment(z.object(outboundVariables), env));
}

/** Whether a variable is set, by itself or as a file. */
export function isSet(env: NodeJS.ProcessEnv, name: VariableName): boolean {
  return Boolean(env[name] || env[`${name}_FILE`]);
}
