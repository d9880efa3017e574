// Access tokens of accounts, for the publisher's own requests to Trackunit.

import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { accountParams, appQuery, type FindAccount } from "../accounts/find-account.ts";
import { ofRequest } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import type { TokenSource } from "./token-source.ts";

export interface TokenRoutesOptions {
  findAccount: FindAccount;
  tokens: TokenSource;
}

const tokenSchema = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresAt: z.iso.datetime(),
    scopes: z.array(z.string()).meta({ description: "The scopes that Trackunit granted." }),
  })
  .meta({ id: "Token" });

export function tokenRoutes({ findAccount, tokens }: TokenRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      "/v1/accounts/:accountId/token",
      {
        config: { right: "tokens:read" },
        schema: {
          operationId: "getToken",
          summary: "An access token that can be used now",
          description:
            "The warm token, or a new one that a worker requests; then the answer may take some seconds. Keep the token until it expires; asking for each request is slower.",
          tags: ["tokens"],
          params: accountParams,
          querystring: appQuery.extend({
            minValidity: z.coerce.number().int().min(0).max(86_400).default(0).meta({
              description:
                "The least number of seconds for which the token is valid: at most nine tenths of a token's life.",
            }),
          }),
          response: { 200: tokenSchema, ...refusals },
        },
      },
      async ({ key, params, query: { minValidity, app: named } }) => {
        const owner = await findAccount(ofRequest(key), { ...params, app: named });
        const token = await tokens.get(owner, { minValidityMs: minValidity * 1_000 });
        const { accessToken, expiresAt, scopes } = token;
        return { accessToken, tokenType: "Bearer", expiresAt: expiresAt.toISOString(), scopes } as const;
      },
    );
  };
}
