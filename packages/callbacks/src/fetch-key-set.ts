// Fetches a key set over HTTP and keeps the keys that can verify a signature (RFC 7517).

import { createPublicKey, type JsonWebKey } from "node:crypto";
import {
  type Connections,
  type ConnectionsOptions,
  createConnections,
  sendOutbound,
} from "@fleetkeeper/http";
import type { JSONWebKeySet, JWK } from "jose";
import { KeySetFetchError } from "./errors.ts";

const timeoutMs = 3_000;
const bodyLimitBytes = 256 * 1_024;
const minRsaBits = 2_048;

/** The keys that can verify a signature, and what is known of the others. */
export interface FetchedKeySet extends JSONWebKeySet {
  /**
   * Key ids of keys that may sign tokens and that we cannot read, such as of an unknown kind; `null` for one
   * without.
   */
  unreadable: (string | null)[];
}

/**
 * One connection pool to the key endpoint. `fetch` takes at most 3 s and 256 KiB, and follows no redirect.
 */
export function createKeySetFetcher(url: string, options: ConnectionsOptions = {}) {
  const connections = createConnections({ ...options, connections: 1 });
  return {
    /** @throws KeySetFetchError for anything but a JSON key set with a usable key. */
    async fetch(): Promise<FetchedKeySet> {
      const keySet = readKeySet(await fetchJson(url, connections.dispatcher));
      if (keySet.keys.length === 0)
        throw new KeySetFetchError("the key set has no key that can verify a signature");
      return keySet;
    },
    close: () => connections.close(),
  };
}

async function fetchJson(url: string, dispatcher: Connections["dispatcher"]): Promise<unknown> {
  const answer = await sendOutbound(dispatcher, { url, timeoutMs, bodyLimitBytes }).catch((cause) => {
    throw new KeySetFetchError("the key endpoint gave no key set", { cause });
  });
  const { status, retryAfterMs } = answer;
  if (status !== 200)
    throw new KeySetFetchError(`the key endpoint answered with status ${status}`, { retryAfterMs });
  try {
    return JSON.parse(answer.text);
  } catch (cause) {
    throw new KeySetFetchError("the key endpoint gave no JSON", { cause });
  }
}

/** Of keys that are the same one is kept; an optional member that is null counts as absent. */
function readKeySet(json: unknown): FetchedKeySet {
  const { keys } = (json ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new KeySetFetchError("the key endpoint's answer is not a key set");
  const usable = new Map<string, JWK>();
  const unreadable: (string | null)[] = [];
  for (const key of keys.filter(isJwk)) {
    const jwk = Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null)) as JWK;
    if (!isForSignatures(jwk)) continue;
    // Both have said what they can say to us, and either may be written in a way that jose refuses.
    delete jwk.key_ops;
    delete jwk.ext;
    if (isStrongPublicKey(jwk)) usable.set(JSON.stringify(Object.entries(jwk).sort()), jwk);
    else unreadable.push(typeof jwk.kid === "string" ? jwk.kid : null);
  }
  return { keys: [...usable.values()], unreadable };
}

function isJwk(value: unknown): value is JWK {
  return typeof value === "object" && value !== null && typeof (value as JWK).kty === "string";
}

/** Public, asymmetric, and meant for signatures, as far as it says so. */
function isForSignatures(jwk: JWK): boolean {
  if ("d" in jwk || "k" in jwk) return false;
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes("verify")) return false;
  return jwk.use === undefined || jwk.use === "sig";
}

/** Well-formed, of a kind that Node.js knows, and strong enough for the algorithms that we accept. */
function isStrongPublicKey(jwk: JWK): boolean {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    return (asymmetricKeyDetails?.modulusLength ?? minRsaBits) >= minRsaBits;
  } catch {
    return false;
  }
}
