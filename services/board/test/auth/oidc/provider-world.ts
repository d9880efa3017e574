// A real OpenID provider on this machine, `oidc-provider`, that knows three people, and a board that trusts
// it.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";
import { onTestFinished, vi } from "vitest";
import type { BoardOptions } from "../../../src/board.ts";
import { startBoard } from "../../board-world.ts";

/** By `sub`. Anyone who types one of them into the provider's form is that person. */
const people: Record<string, Record<string, unknown>> = {
  "sub-opal": { preferred_username: "opal", email: "opal@example.com", roles: ["fleetkeeper-operator", "x"] },
  "sub-vera": { preferred_username: "vera", roles: ["fleetkeeper-viewer"] },
  "sub-nils": { preferred_username: "nils", roles: ["accounting"] },
  // The name of the board's own operator.
  "sub-thief": { preferred_username: "olive", email: "thief@example.com", roles: ["fleetkeeper-operator"] },
};

export interface ProviderOptions {
  /** Changes an ID token before it is signed. */
  forge?: (claims: JWTPayload) => JWTPayload;
  /** Signs it with a key that the provider does not publish. */
  foreignKey?: boolean;
  /** All claims are in the ID token, and there is no UserInfo endpoint. */
  thick?: boolean;
}

const clientId = "fleetkeeper";
const clientSecret = "a-client-secret-of-the-test";

/** A port on which no process listens, below those that systems assign automatically. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const server = createServer().listen(randomInt(20_000, 32_000), "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return port;
  }
  throw new Error("There is no free port.");
}

/** Ports and settings of a board and a provider that know each other; neither runs yet. */
export async function plan() {
  const [boardPort, providerPort] = [await freePort(), await freePort()];
  const publicUrl = new URL(`http://127.0.0.1:${boardPort}`);
  const issuer = new URL(`http://127.0.0.1:${providerPort}`);
  const oidc: BoardOptions["oidc"] = {
    issuer,
    clientId,
    clientSecret,
    publicUrl,
    scopes: ["openid", "profile", "email"],
    roleClaim: "roles",
    operatorRoles: ["fleetkeeper-operator"],
    viewerRoles: ["fleetkeeper-viewer"],
  };
  return { boardPort, providerPort, publicUrl, issuer, oidc };
}

export type Plan = Awaited<ReturnType<typeof plan>>;

/** Ends with the test. */
export async function startProvider(
  { issuer, providerPort, publicUrl }: Plan,
  options: ProviderOptions = {},
) {
  silenceAdvice();
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const { privateKey: foreign } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: "test", alg: "RS256", use: "sig" };
  const origin = issuer.origin;
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [new URL("/login/oidc/callback", publicUrl).href],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ["a-cookie-key-of-the-test"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "roles"], email: ["email"] },
    conformIdTokenClaims: !options.thick,
    features: { userinfo: { enabled: !options.thick } },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    pkce: { required: () => true },
    // The provider asks no user for consent.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? "",
        accountId: ctx.oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    const body = ctx.body as { id_token?: string } | undefined;
    if (ctx.path !== "/token" || body?.id_token === undefined) return;
    const claims = decodeJwt(body.id_token);
    ctx.body = {
      ...body,
      id_token: await new SignJWT(options.forge?.(claims) ?? claims)
        .setProtectedHeader({ alg: "RS256", kid: "test" })
        .sign(options.foreignKey ? foreign : await importJWK(jwk)),
    };
  });
  const server = createServer(provider.callback()).listen(providerPort, "127.0.0.1");
  await once(server, "listening");
  async function stop(): Promise<void> {
    server.closeAllConnections();
    server.close();
  }
  onTestFinished(stop);
  return { stop };
}

export async function startWorld(
  redisUrl: string,
  options: ProviderOptions = {},
  overrides: Partial<BoardOptions> = {},
) {
  const planned = await plan();
  const provider = await startProvider(planned, options);
  const board = await startBoard(redisUrl, { port: planned.boardPort, oidc: planned.oidc, ...overrides });
  return { ...board, provider, issuer: planned.issuer.origin };
}

/** The provider advises on its console against running it so in production. */
function silenceAdvice(): void {
  for (const level of ["info", "warn"] as const) {
    const say = console[level];
    const spy = vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      if (!String(words[0]).includes("oidc-provider")) say(...words);
    });
    onTestFinished(() => spy.mockRestore());
  }
}
