// The board's configuration, from the environment.

import { isIP } from "node:net";
import {
  certificateOf,
  certificatePairs,
  certificateVariables,
  notificationGroups,
  notificationSettingsOf,
  notificationVariables,
  pickVariables,
  readEnvironment,
  type Values,
  variable,
} from "@fleetkeeper/runtime";
import { parsePublicKey, parseTokenKeys, parseVerificationKeys } from "@fleetkeeper/sealing";
import { checkMongodbUrl } from "@fleetkeeper/store";
import { z } from "zod";
import type { Role } from "./auth/identity.ts";
import type { OidcSettings } from "./auth/oidc/settings.ts";
import type { BoardUser } from "./auth/passwords.ts";

// HTTP Basic (RFC 7617) ends the user name at the first colon.
const userName = variable.text().regex(/^[^:\p{Cc}]+$/u, "holds a colon or a control character");
const plainHttp = "is plain HTTP to another machine: use https://";

/** The login by OpenID Connect needs all of them. */
const oidcVariables = [
  "BOARD_OIDC_ISSUER",
  "BOARD_OIDC_CLIENT_ID",
  "BOARD_OIDC_CLIENT_SECRET",
  "BOARD_PUBLIC_URL",
] as const;

export const schema = z
  .object({
    ...pickVariables("REDIS_URL", "REDIS_NAMESPACE"),
    MONGODB_URL: variable.checkedBy(checkMongodbUrl),
    WEBHOOK_KEY: variable.parsedBy(parseTokenKeys).optional(),
    SEALING_PUBLIC_KEY: variable.parsedBy(parsePublicKey).optional(),
    ...pickVariables("INGRESS_PUBLIC_URL", "NOTIFY_ADDRESSES"),
    INGRESS_VERIFICATION_KEYS: variable.parsedBy(parseVerificationKeys).optional(),
    BOARD_HOST: variable.host("127.0.0.1"),
    BOARD_PORT: variable.port(3001),
    BOARD_USER: userName.optional(),
    BOARD_PASSWORD: variable.password().optional(),
    BOARD_VIEWER_USER: userName.optional(),
    BOARD_VIEWER_PASSWORD: variable.password().optional(),
    ...pickVariables("BOARD_SESSION_KEY"),
    BOARD_SECURE_COOKIES: variable.text().pipe(z.stringbool("is neither true nor false")).optional(),
    BOARD_TRUSTED_PROXIES: variable.networks().optional(),
    BOARD_PUBLIC_URL: variable.baseUrl().refine(isSafeAddress, plainHttp).transform(toUrl).optional(),
    // Compared letter by letter with what the provider says: a slash at its end counts.
    BOARD_OIDC_ISSUER: variable
      .webUrl()
      .refine((text) => !text.includes("?"), "holds a query: leave out the ? and what follows")
      .refine(isSafeAddress, plainHttp)
      .refine(
        (text) => !text.includes("/.well-known/"),
        "is the address of the metadata; the issuer is the part before /.well-known/",
      )
      .transform(toUrl)
      .optional(),
    BOARD_OIDC_CLIENT_ID: variable.text().optional(),
    BOARD_OIDC_CLIENT_SECRET: variable.secret().optional(),
    BOARD_OIDC_SCOPES: variable
      .scopes()
      .refine((list) => list.includes("openid"), "lacks openid")
      .default(["openid", "profile", "email"]),
    BOARD_OIDC_ROLE_CLAIM: variable.text().default("roles"),
    BOARD_OIDC_OPERATOR_ROLES: variable.list(/,/).default(["fleetkeeper-operator"]),
    BOARD_OIDC_VIEWER_ROLES: variable.list(/,/).default(["fleetkeeper-viewer"]),
    ...certificateVariables("BOARD_OIDC_CLIENT"),
    ...pickVariables("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PROXY_CLIENT_CERTIFICATE", "PROXY_CLIENT_KEY"),
    ...notificationVariables,
    ...pickVariables("LOG_LEVEL"),
  })
  .superRefine(certificatePairs("BOARD_OIDC_CLIENT", "PROXY_CLIENT"))
  .superRefine(notificationGroups)
  .superRefine((values, context) => {
    const fault = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: [name], message });
    const { BOARD_VIEWER_USER: viewer, BOARD_VIEWER_PASSWORD: viewerPassword } = values;
    const isSet = (name: (typeof oidcVariables)[number]) => values[name] !== undefined;
    const byProvider = oidcVariables.every(isSet);
    // A name alone allows no login, which is enough with a provider.
    for (const name of ["BOARD_USER", "BOARD_PASSWORD"] as const)
      if (values[name] === undefined && (!byProvider || (name === "BOARD_USER" && values.BOARD_PASSWORD)))
        fault(name, "is not set");
    if (viewer === undefined && viewerPassword !== undefined) fault("BOARD_VIEWER_USER", "is not set");
    if (viewer !== undefined && viewerPassword === undefined && !byProvider)
      fault("BOARD_VIEWER_PASSWORD", "is not set");
    if (viewer !== undefined && viewer === values.BOARD_USER)
      fault("BOARD_VIEWER_USER", "is the same as BOARD_USER");
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
  const { boardUser, boardPassword, boardViewerUser, boardViewerPassword } = values;
  return {
    redisUrl: values.redisUrl,
    namespace: values.redisNamespace,
    mongodbUrl: values.mongodbUrl,
    host: values.boardHost,
    port: values.boardPort,
    /** None: people log in by the provider only. */
    users: [
      ...userOf("operator", boardUser, boardPassword),
      ...userOf("viewer", boardViewerUser, boardViewerPassword),
    ],
    /** Unset: at the root of the host that a request names. */
    publicUrl: values.boardPublicUrl,
    /** Unset: by password only. */
    oidc: oidcOf(values),
    outbound: {
      httpProxy: values.httpProxy,
      httpsProxy: values.httpsProxy,
      noProxy: values.noProxy,
      clientCertificate: certificateOf(values.boardOidcClientCertificate, values.boardOidcClientKey),
      proxyCertificate: certificateOf(values.proxyClientCertificate, values.proxyClientKey),
    },
    /** Unset: every start makes its own, and anyone who was logged in logs in again. */
    sessionKeys: values.boardSessionKey,
    // Behind https: there is no reason for less, with any other settings.
    secureCookies:
      values.boardPublicUrl?.protocol === "https:" ||
      (values.boardSecureCookies ?? !isLoopback(values.boardHost)),
    /** Addresses or networks whose `X-Forwarded-…` headers are believed. */
    trustedProxies: values.boardTrustedProxies ?? [],
    webhookKeys: values.webhookKey,
    sealingPublicKey: values.sealingPublicKey,
    notifications: notificationSettingsOf(values),
    notifyAnyAddress: values.notifyAddresses === "any",
    verificationKeys: values.ingressVerificationKeys,
    ingressPublicUrl: values.ingressPublicUrl,
    logLevel: values.logLevel,
  };
}

function userOf(role: Role, name: string | undefined, password: string | undefined): BoardUser[] {
  return name === undefined || password === undefined ? [] : [{ name, password, role }];
}

function oidcOf(values: Values<typeof schema.shape>): OidcSettings | undefined {
  const { boardOidcIssuer: issuer, boardOidcClientId: clientId } = values;
  const { boardOidcClientSecret: clientSecret, boardPublicUrl: publicUrl } = values;
  if (!(issuer && clientId && clientSecret && publicUrl)) return undefined;
  return {
    issuer,
    clientId,
    clientSecret,
    publicUrl,
    scopes: values.boardOidcScopes,
    roleClaim: values.boardOidcRoleClaim,
    operatorRoles: values.boardOidcOperatorRoles,
    viewerRoles: values.boardOidcViewerRoles,
  };
}

function toUrl(text: string): URL {
  return new URL(text);
}

/** Plain HTTP is for this machine only. */
function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" || isLoopback((url?.hostname ?? "").replace(/^\[|\]$/g, ""));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
