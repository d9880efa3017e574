// `POST /apptoken`: the client credentials grant with the credential in the form (RFC 6749 §4.4), errors as
// in §5.2.
import type { FastifyRequest } from "fastify";
import { type Answer, json } from "../http/answers.ts";
import type { Exchange, Route } from "../http/route.ts";
import type { World } from "../world.ts";

export function tokenRoute(world: World): Route {
  return {
    method: "POST",
    url: "/apptoken",
    operations: () => ["apptoken"],
    identify: (request) => {
      const clientId = formOf(request)?.get("client_id");
      const account = clientId ? world.accounts.byClientId(clientId) : undefined;
      if (account) account.tokenCalls++;
      return account;
    },
    handle: (exchange) => grant(world, exchange),
  };
}

function grant(world: World, { request, account }: Exchange): Answer {
  const form = formOf(request);
  if (!form) return refusal(400, "invalid_request", "The body must be application/x-www-form-urlencoded.");
  const grantType = form.get("grant_type");
  if (!grantType) return refusal(400, "invalid_request", "grant_type is missing.");
  if (grantType !== "client_credentials") {
    return refusal(400, "unsupported_grant_type", "Only client_credentials is supported.");
  }
  if (!form.get("client_id") || !form.get("client_secret")) {
    return refusal(400, "invalid_request", "client_id or client_secret is missing.");
  }
  if (!account || account.revoked || form.get("client_secret") !== account.clientSecret) {
    return refusal(401, "invalid_client", "The client is unknown or its secret is wrong.");
  }
  const allowed = (account.scopes ?? world.settings.scopes).filter((scope) =>
    world.settings.scopes.includes(scope),
  );
  const requested = [...new Set((form.get("scope") ?? "").split(" ").filter(Boolean))];
  const granted = requested.length === 0 ? allowed : requested.filter((scope) => allowed.includes(scope));
  const denied = requested.length - granted.length;
  if (granted.length === 0 || (denied > 0 && world.settings.deniedScope === "invalid_scope")) {
    return refusal(400, "invalid_scope", "One or more scopes are not configured for the client.");
  }
  return {
    ...json(200, {
      token_type: "Bearer",
      expires_in: world.settings.tokenLifetimeS,
      access_token: world.tokens.issue(account, granted, world.settings.tokenLifetimeS * 1000),
      scope: granted.join(" "),
    }),
    headers: { "cache-control": "no-store", pragma: "no-cache" },
  };
}

function refusal(status: number, error: string, description: string): Answer {
  return {
    ...json(status, { error, error_description: description }),
    headers: { "cache-control": "no-store" },
  };
}

function formOf(request: FastifyRequest): URLSearchParams | undefined {
  return request.body instanceof URLSearchParams ? request.body : undefined;
}
