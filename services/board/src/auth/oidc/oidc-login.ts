// Logging in by OpenID Connect: authorization code flow with PKCE, state and nonce. OpenID Connect Core 1.0,
// section 3.1; RFC 7636.

import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
} from "openid-client";
import { BoardError, isBoardError } from "../../errors.ts";
import { basePathOf } from "../../html/base-path.ts";
import { sendPage } from "../../html/html.ts";
import type { ClientOf, GuessLimit } from "../guess-limit.ts";
import type { Identity } from "../identity.ts";
import type { LoginAudit } from "../login-audit.ts";
import { type LoginMethod, safeNext } from "../login-method.ts";
import { type Claims, isComplete, roleOf, roleValuesOf, userOf } from "./identity-of-claims.ts";
import { loggedOutPage, oidcLoginPart } from "./pages.ts";
import type { OidcProvider } from "./provider.ts";
import { explain, refusalOf } from "./refusal-of.ts";
import { callbackPath, type OidcSettings } from "./settings.ts";
import type { OidcTries, OidcTry } from "./tries.ts";

export interface OidcLoginOptions {
  settings: OidcSettings;
  provider: OidcProvider;
  tries: OidcTries;
  /**
   * Of answers that the provider's checks refuse. Apart from the passwords' limit: neither way in closes the
   * other.
   */
  guessLimit: GuessLimit;
  clientOf: ClientOf;
  loginAudit: Pick<LoginAudit, "refused">;
  /** Names that a person of the provider cannot have. */
  isTaken: (name: string) => boolean;
  log: Log;
}

const loggedOutPath = "/login/oidc/logged-out";
/** A HEAD request would use up the try. */
const getOnly = { exposeHeadRoute: false };

export function createOidcLogin(options: OidcLoginOptions): LoginMethod {
  const { settings, provider, tries, guessLimit, clientOf, log } = options;
  const providerName = settings.issuer.host;

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const next = safeNext((request.query as { next?: unknown }).next);
    if (request.identity !== undefined) return reply.redirect(next, 303);
    const configuration = await provider.find();
    const { state, nonce, codeVerifier } = await tries.begin(reply, next);
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: addressOf(callbackPath, settings).href,
      scope: settings.scopes.join(" "),
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    return reply.redirect(url.href, 303);
  }

  /** @throws ERR_OIDC_…, ERR_TOO_MANY_TRIES */
  async function prove(request: FastifyRequest, begun: OidcTry): Promise<Identity> {
    const configuration = await provider.find();
    const client = clientOf(request, providerName);
    await guessLimit.take(client, providerName);
    const claims = await claimsOf(configuration, callbackUrl(request, settings), begun, settings).catch(
      async (error: unknown) => {
        const refusal = refusalOf(error);
        log.warn({ ...explain(error), code: refusal.code, address: request.ip }, "login refused");
        if (isBoardError(refusal, "ERR_OIDC_AWAY")) await guessLimit.giveBack(client, providerName);
        throw refusal;
      },
    );
    await guessLimit.giveBack(client, providerName);
    return identityOf(request, claims);
  }

  function identityOf(request: FastifyRequest, claims: Claims): Identity {
    const subject = String(claims.sub);
    const user = userOf(claims, options.isTaken);
    const role = roleOf(claims, settings);
    if (user === undefined || role === undefined) {
      const refusal =
        user === undefined ? new BoardError("ERR_OIDC_ANSWER") : new BoardError("ERR_OIDC_NO_ROLE");
      // Anyone who configures the roles reads here which values come.
      const roleValues = roleValuesOf(claims, settings.roleClaim).slice(0, 20);
      log.warn({ code: refusal.code, subject, roleValues, address: request.ip }, "login refused");
      throw refusal;
    }
    log.info({ user, subject, issuer: settings.issuer.href }, "the provider vouched for a user");
    return { user, role, via: "oidc" };
  }

  return {
    loginPart: ({ next }) => oidcLoginPart({ providerName, next, isAway: provider.known() === undefined }),

    logoutPathOf: ({ via }) =>
      via === "oidc" && endSessionUrlOf(provider.known()) !== undefined ? loggedOutPath : undefined,

    addRoutes(server, logIn) {
      server.addHook("onClose", async () => provider.close());

      server.get("/login/oidc", getOnly, begin);

      server.get(callbackPath, getOnly, async (request, reply) => {
        const { state } = request.query as { state?: unknown };
        const begun = await tries.take(request, reply, state);
        const identity = await prove(request, begun).catch(async (error: unknown) => {
          await options.loginAudit.refused(providerName, request.ip);
          throw error;
        });
        return logIn(request, reply, { identity, next: begun.next, guessedAt: providerName });
      });

      server.get(loggedOutPath, async (_request, reply) => {
        const endSessionUrl = endSessionUrlOf(provider.known());
        return endSessionUrl === undefined
          ? reply.redirect("/login", 303)
          : sendPage(reply, loggedOutPage({ providerName, endSessionUrl }));
      });
    },
  };
}

/** What the ID token says and, where it says too little, what the UserInfo endpoint adds. */
async function claimsOf(
  configuration: Configuration,
  url: URL,
  { state, nonce, codeVerifier }: OidcTry,
  settings: OidcSettings,
): Promise<Claims> {
  const tokens = await authorizationCodeGrant(configuration, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new TypeError("There is no ID token.");
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
  if (!hasMore || isComplete(claims, settings)) return claims;
  return { ...(await fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims };
}

function addressOf(path: string, { publicUrl }: OidcSettings): URL {
  return new URL(basePathOf(publicUrl) + path, publicUrl);
}

/** As the provider knows it, even if a proxy changed it. */
function callbackUrl(request: FastifyRequest, settings: OidcSettings): URL {
  const url = addressOf(callbackPath, settings);
  url.search = new URL(request.url, settings.publicUrl).search;
  return url;
}

/** OpenID Connect RP-Initiated Logout 1.0; without a hint, so the provider asks the person. */
function endSessionUrlOf(configuration: Configuration | undefined): string | undefined {
  return configuration?.serverMetadata().end_session_endpoint === undefined
    ? undefined
    : buildEndSessionUrl(configuration, {}).href;
}
