// The variables that more than one service reads, once: each service picks its own by name.
//
// A new variable: if one service reads it, in that service's config.ts; if more do, here. Give it a kind of
// `variable`, or `variable.parsedBy` with the parser of the package that uses it; where this package may not
// know that one (MongoDB, sealing), each service hands the parser in. Then: a row in docs/configuration.md
// and .env.example, an entry in docker-compose.yml, and bad values in dev/demo/test/bad-values.ts. Tests
// compare all of these.

import { checkProxyUrl } from "@fleetkeeper/http";
import { parseRedisUrl } from "@fleetkeeper/redis";
import { logLevels } from "@fleetkeeper/telemetry";
import { z } from "zod";
import { audiences, claims, stringOrUri } from "./callback-variables.ts";
import { certificateVariables } from "./certificates.ts";
import { variable } from "./variable.ts";

const leastKeyLength = 32;
const appId = /^@[^\s/@,]+\/[^\s/@,]+$/;

/** Each by its name; `pickVariables` takes some of them. */
export const sharedVariables = {
  REDIS_URL: variable.checkedBy(parseRedisUrl),
  REDIS_NAMESPACE: variable
    .text()
    .regex(/^[a-z0-9-]{1,40}$/, "may hold up to 40 lower-case letters, digits and - only")
    .default("fleetkeeper"),
  TRACKUNIT_APP_IDS: variable.list(/,/, {
    word: appId,
    error: "holds something that is not an app id: write @organization/appname, with commas between several",
  }),
  TRACKUNIT_JWKS_URL: variable
    .endpoint()
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .default("https://iris.trackunit.com/api/marketplace/jwks"),
  TRACKUNIT_TOKEN_URL: variable
    .endpoint()
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .default("https://auth.trackunit.com/apptoken"),
  TRACKUNIT_API_URL: variable
    .baseUrl()
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .default("https://iris.trackunit.com"),
  TRACKUNIT_SCOPES: variable.scopes().default(["asset.view"]),
  CALLBACK_ISSUER: stringOrUri().optional(),
  CALLBACK_AUDIENCE: audiences().optional(),
  CALLBACK_CLAIMS: claims().optional(),
  CALLBACK_CONTRADICTIONS: variable.oneOf(["refuse", "tolerate"]).default("refuse"),
  CALLBACK_ACCOUNT_IDS: variable.oneOf(["uuid", "any"]).default("uuid"),
  CALLBACK_MAX_AGE_S: variable.wholeNumber(300, { max: 86_400 }),
  // The callback's own path may be in it too, as it is in the manifest.
  INGRESS_PATH: variable
    .basePath()
    .transform((path) => path.replace(/\/appinstall$/, ""))
    .default(""),
  // Trackunit sends what it has to say there.
  INGRESS_PUBLIC_URL: variable
    .baseUrl()
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .optional(),
  // Anyone who makes the next one puts it before those that are there.
  BOARD_SESSION_KEY: variable.secret(leastKeyLength).transform(keysIn).optional(),
  NOTIFY_ADDRESSES: variable.oneOf(["public", "any"]).default("public"),
  HTTP_PROXY: variable.checkedBy(checkProxyUrl).optional(),
  HTTPS_PROXY: variable.checkedBy(checkProxyUrl).optional(),
  NO_PROXY: variable
    .text()
    .refine((hosts) => !hosts.includes("://"), "holds a URL: name hosts, as in host, .suffix or host:port")
    .optional(),
  ...certificateVariables("TRACKUNIT_CLIENT"),
  ...certificateVariables("PROXY_CLIENT"),
  OPS_HOST: variable.host("127.0.0.1"),
  OPS_PORT: variable.port(9464),
  LOG_LEVEL: z.preprocess(trimmed, z.enum(logLevels)).default("info"),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable
    .baseUrl()
    .refine((url) => !url.endsWith("/v1/traces"), "ends with /v1/traces, which is appended: leave it out")
    // The collector's own key goes there with each request.
    .refine(variable.isPrivateOrTls.check, variable.isPrivateOrTls.error)
    .optional(),
  OTEL_TRACES_SAMPLER_ARG: variable.share(1),
};

/** The name of one of them. */
export type SharedName = keyof typeof sharedVariables;

/** Those of these names, for a schema. */
export function pickVariables<Name extends SharedName>(...names: Name[]): Pick<typeof sharedVariables, Name> {
  return Object.fromEntries(names.map((name) => [name, sharedVariables[name]])) as Pick<
    typeof sharedVariables,
    Name
  >;
}

/** With a blank between each two; a key of an earlier time may hold blanks, and has parts that are none. */
function keysIn(value: string): string[] {
  const keys = value.split(" ");
  return keys.every((key) => key.length >= leastKeyLength) ? keys : [value];
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}
