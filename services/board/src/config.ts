// The board's configuration, from the environment.

import { isIP } from "node:net";
import { readEnvironment, variable } from "@fleetkeeper/runtime";
import { logLevels } from "@fleetkeeper/telemetry";
import { z } from "zod";
import type { OidcSettings } from "./auth/oidc/settings.ts";

// HTTP Basic (RFC 7617) ends the user name at the first colon.
const userName = z.string().regex(/^[^:\p{Cc}]+$/u, "holds a colon or a control character");
/** Plain HTTP is for this machine only. */
const webAddress = variable
  .url("https:", "http:")
  .refine(isSafeAddress, "is plain HTTP to another machine, or holds a user, a query or a fragment")
  .transform((text) => new URL(text))
  .optional();
const password = z.string().min(12, "has fewer than 12 characters");

/** The login by OpenID Connect needs all of them. */
const oidcVariables = [
  "BOARD_OIDC_ISSUER",
  "BOARD_OIDC_CLIENT_ID",
  "BOARD_OIDC_CLIENT_SECRET",
  "BOARD_PUBLIC_URL",
] as const;

export const schema = z
  .object({
    REDIS_URL: variable.redisUrl(),
    REDIS_NAMESPACE: z.string().default("fleetkeeper"),
    MONGODB_URL: variable.mongodbUrl(),
    BOARD_HOST: z.string().default("127.0.0.1"),
    BOARD_PORT: variable.port(3001),
    BOARD_USER: userName,
    BOARD_PASSWORD: password,
    BOARD_VIEWER_USER: userName.optional(),
    BOARD_VIEWER_PASSWORD: password.optional(),
    BOARD_SESSION_KEY: z.string().min(32, "has fewer than 32 characters").optional(),
    BOARD_SECURE_COOKIES: z.stringbool("is neither true nor false").optional(),
    BOARD_TRUSTED_PROXIES: variable
      .list(/,/)
      .refine((list) => list.every(isAddressOrNetwork), "holds something that is no address and no network")
      .optional(),
    BOARD_PUBLIC_URL: webAddress,
    BOARD_OIDC_ISSUER: webAddress.refine(
      (url) => !url?.pathname.includes("/.well-known/"),
      "is the address of the metadata; the issuer is what stands before /.well-known/",
    ),
    BOARD_OIDC_CLIENT_ID: z.string().optional(),
    BOARD_OIDC_CLIENT_SECRET: z.string().optional(),
    BOARD_OIDC_SCOPES: variable
      .list(/\s/)
      .refine((list) => list.includes("openid"), "lacks openid")
      .default(["openid", "profile", "email"]),
    BOARD_OIDC_ROLE_CLAIM: z.string().default("roles"),
    BOARD_OIDC_OPERATOR_ROLES: variable.list(/,/).default(["fleetkeeper-operator"]),
    BOARD_OIDC_VIEWER_ROLES: variable.list(/,/).default(["fleetkeeper-viewer"]),
    LOG_LEVEL: z.enum(logLevels).default("info"),
  })
  .superRefine((values, context) => {
    const fault = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: [name], message });
    const { BOARD_VIEWER_USER: viewer, BOARD_VIEWER_PASSWORD: viewerPassword } = values;
    if ((viewer === undefined) !== (viewerPassword === undefined))
      fault(viewer === undefined ? "BOARD_VIEWER_USER" : "BOARD_VIEWER_PASSWORD", "is not set");
    if (viewer === values.BOARD_USER) fault("BOARD_VIEWER_USER", "is the same as BOARD_USER");
    const isSet = (name: (typeof oidcVariables)[number]) => values[name] !== undefined;
    // The public URL is of use without OpenID Connect too.
    const [first] = oidcVariables.filter((name) => name !== "BOARD_PUBLIC_URL" && isSet(name));
    const unset = oidcVariables.filter((name) => !isSet(name));
    if (first !== undefined && unset.length > 0)
      fault(first, `needs ${unset.join(" and ")} beside it, or none of them`);
  });

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  const { BOARD_VIEWER_USER: viewer, BOARD_VIEWER_PASSWORD: viewerPassword } = values;
  return {
    redisUrl: values.REDIS_URL,
    namespace: values.REDIS_NAMESPACE,
    mongodbUrl: values.MONGODB_URL,
    host: values.BOARD_HOST,
    port: values.BOARD_PORT,
    users: [
      { name: values.BOARD_USER, password: values.BOARD_PASSWORD, role: "operator" as const },
      ...(viewer === undefined || viewerPassword === undefined
        ? []
        : [{ name: viewer, password: viewerPassword, role: "viewer" as const }]),
    ],
    /** Unset: at the root of whatever host a request names. */
    publicUrl: values.BOARD_PUBLIC_URL,
    /** Unset: by password only. */
    oidc: oidcOf(values),
    /** Unset: every start makes its own, and whoever was logged in logs in again. */
    sessionKey: values.BOARD_SESSION_KEY,
    secureCookies: values.BOARD_SECURE_COOKIES ?? !isLoopback(values.BOARD_HOST),
    /** Addresses or networks whose `X-Forwarded-…` headers are believed. */
    trustedProxies: values.BOARD_TRUSTED_PROXIES ?? [],
    logLevel: values.LOG_LEVEL,
  };
}

function oidcOf(values: z.output<typeof schema>): OidcSettings | undefined {
  const { BOARD_OIDC_ISSUER: issuer, BOARD_OIDC_CLIENT_ID: clientId } = values;
  const { BOARD_OIDC_CLIENT_SECRET: clientSecret, BOARD_PUBLIC_URL: publicUrl } = values;
  if (!(issuer && clientId && clientSecret && publicUrl)) return undefined;
  return {
    issuer,
    clientId,
    clientSecret,
    publicUrl,
    scopes: values.BOARD_OIDC_SCOPES,
    roleClaim: values.BOARD_OIDC_ROLE_CLAIM,
    operatorRoles: values.BOARD_OIDC_OPERATOR_ROLES,
    viewerRoles: values.BOARD_OIDC_VIEWER_ROLES,
  };
}

function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username + url.password + url.search + url.hash !== "") return false;
  return url.protocol === "https:" || isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
}

/** Such as `10.0.0.7` or `10.0.0.0/8`. */
function isAddressOrNetwork(text: string): boolean {
  const [address = "", prefix = "0", ...rest] = text.split("/");
  return isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128 && rest.length === 0;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
