// The login by OpenID Connect, put together.

import type { ConnectionsOptions } from "@fleetkeeper/http";
import type { RedisClient } from "@fleetkeeper/redis";
import type { Log } from "@fleetkeeper/telemetry";
import type { BoardCookies } from "../cookies.ts";
import type { ClientOf, GuessLimit } from "../guess-limit.ts";
import type { LoginAudit } from "../login-audit.ts";
import type { LoginMethod } from "../login-method.ts";
import type { Passwords } from "../passwords.ts";
import { createOidcLogin } from "./oidc-login.ts";
import { createOidcProvider, type OidcProviderOptions } from "./provider.ts";
import { explain } from "./refusal-of.ts";
import type { OidcSettings } from "./settings.ts";
import { createOidcTries } from "./tries.ts";

/** How requests to the provider are made. */
export type OidcTiming = Pick<OidcProviderOptions, "timeoutMs" | "retryAfterMs">;

export function createOidcMethod(options: {
  settings: OidcSettings;
  outbound?: ConnectionsOptions | undefined;
  timing?: OidcTiming | undefined;
  /** Seals a try's cookie: 32 bytes. */
  keys: readonly Uint8Array[];
  cookies: BoardCookies;
  redis: RedisClient;
  namespace: string;
  guessLimit: GuessLimit;
  clientOf: ClientOf;
  loginAudit: Pick<LoginAudit, "refused">;
  passwords: Passwords;
  log: Log;
  now: () => Date;
}): LoginMethod {
  const { settings, outbound, timing, cookies, passwords, log } = options;
  const issuer = settings.issuer.href;
  return createOidcLogin({
    ...options,
    provider: createOidcProvider({
      ...timing,
      settings,
      outbound,
      onFound: () => log.info({ issuer }, "the provider for logins was found"),
      onError: (error) => log.warn({ issuer, ...explain(error) }, "the provider for logins was not found"),
    }),
    tries: createOidcTries({
      ...options,
      cookie: cookies.oidcTry,
      maxAgeMs: (cookies.oidcTry.options.maxAge ?? 0) * 1_000,
      onError: (error) => log.warn({ error }, "logins in progress cannot be marked as used"),
    }),
    isTaken: (name) => passwords.isKnown(name),
  });
}
