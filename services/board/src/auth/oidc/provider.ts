// The provider: found by discovery (OpenID Connect Discovery 1.0), again and again while it does not answer.

import { setTimeout as sleep } from "node:timers/promises";
import {
  type Connections,
  type ConnectionsOptions,
  createConnections,
  fetchThrough,
} from "@fleetkeeper/http";
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from "openid-client";
import { BoardError } from "../../errors.ts";
import type { OidcSettings } from "./settings.ts";

export interface OidcProvider {
  /** Undefined until the provider has answered once. */
  known(): Configuration | undefined;
  /** Asks the provider now if it has never answered. @throws ERR_OIDC_AWAY */
  find(): Promise<Configuration>;
  close(): Promise<void>;
}

export interface OidcProviderOptions {
  settings: OidcSettings;
  /** How requests to the provider go out. */
  outbound?: ConnectionsOptions | undefined;
  /** Of each request to the provider. Default 5 000. */
  timeoutMs?: number;
  /** From the first failure to the next try; doubled with each, up to a minute. Default 2 000. */
  retryAfterMs?: number;
  onFound: () => void;
  onError: (error: unknown) => void;
}

const maxWaitMs = 60_000;

export function createOidcProvider(options: OidcProviderOptions): OidcProvider {
  const { settings, timeoutMs = 5_000, retryAfterMs = 2_000, onFound, onError } = options;
  const closing = new AbortController();
  const connections = createConnections(options.outbound);
  let found: Configuration | undefined;
  let underWay: Promise<Configuration> | undefined;

  function ask(): Promise<Configuration> {
    underWay ??= discover(settings, connections, timeoutMs)
      .then((configuration) => {
        found = configuration;
        onFound();
        return configuration;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  async function search(): Promise<void> {
    for (let waitMs = retryAfterMs; !closing.signal.aborted; waitMs = Math.min(2 * waitMs, maxWaitMs)) {
      if (found === undefined) await ask().catch(onError);
      if (found !== undefined) return;
      await sleep(waitMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  void search();
  return {
    known: () => found,
    async find() {
      try {
        return found ?? (await ask());
      } catch {
        throw new BoardError("ERR_OIDC_AWAY");
      }
    },
    async close() {
      closing.abort();
      await connections.close();
    },
  };
}

function discover(
  { issuer, clientId, clientSecret }: OidcSettings,
  { dispatcher }: Connections,
  timeoutMs: number,
): Promise<Configuration> {
  return discovery(issuer, clientId, undefined, clientSecretAuth(clientSecret), {
    timeout: timeoutMs / 1_000,
    [customFetch]: fetchThrough(dispatcher) as CustomFetch,
    execute: [
      // The signature of an ID token is checked although it comes straight from the provider.
      enableNonRepudiationChecks,
      // The configuration lets this through for a loopback address only.
      ...(issuer.protocol === "http:" ? [allowInsecureRequests] : []),
    ],
  });
}

/** HTTP Basic, the default of OpenID Connect Discovery, unless the provider takes only a form. */
function clientSecretAuth(clientSecret: string): ClientAuth {
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const inForm = methods?.includes("client_secret_post") && !methods.includes("client_secret_basic");
    return (inForm ? post : basic)(server, ...rest);
  };
}
