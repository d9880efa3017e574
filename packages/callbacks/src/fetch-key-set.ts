// Fetches a key set over HTTP and keeps the keys that can verify a signature (RFC 7517).

import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { Agent, request } from "undici";
import { KeySetFetchError } from "./errors.ts";

const timeoutMs = 3_000;
const maxBodyBytes = 256 * 1_024;
const minRsaBits = 2_048;

/** One connection pool to the key endpoint. `fetch` takes at most 3 s and 256 KiB, and follows no redirect. */
export function createKeySetFetcher(url: string) {
  const agent = new Agent({ maxResponseSize: maxBodyBytes, connections: 1 });
  return {
    /** @throws KeySetFetchError for anything but a JSON key set with a usable key. */
    async fetch(): Promise<JSONWebKeySet> {
      const keys = usableKeys(await fetchJson(url, agent));
      if (keys.length === 0) throw new KeySetFetchError("the key set has no key that can verify a signature");
      return { keys };
    },
    close: () => agent.destroy(),
  };
}

async function fetchJson(url: string, dispatcher: Agent): Promise<unknown> {
  let status: number | undefined;
  try {
    const answer = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: "application/json" },
    });
    status = answer.statusCode;
    const text = await answer.body.text();
    if (status === 200) return JSON.parse(text);
  } catch (cause) {
    throw new KeySetFetchError("the key endpoint gave no key set", { cause });
  }
  throw new KeySetFetchError(`the key endpoint answered with status ${status}`);
}

function usableKeys(keySet: unknown): JWK[] {
  const { keys } = (keySet ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new KeySetFetchError("the key endpoint's answer is not a key set");
  return keys.filter(isUsable);
}

/** Public, asymmetric, meant for signatures, well-formed, and strong enough for the algorithms that we accept. */
function isUsable(jwk: JWK): boolean {
  if (typeof jwk !== "object" || jwk === null || "d" in jwk || "k" in jwk) return false;
  if (jwk.use !== undefined && jwk.use !== "sig") return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    return (asymmetricKeyDetails?.modulusLength ?? minRsaBits) >= minRsaBits;
  } catch {
    return false;
  }
}
