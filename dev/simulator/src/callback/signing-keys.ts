// The keys that sign callback tokens, one RSA and one elliptic, and the key set that publishes them (RFC
// 7517).
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

export type CallbackAlgorithm = "RS256" | "ES256";

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

type KeyPairs = Record<CallbackAlgorithm, SigningKey>;

/** The pairs are made when they are first asked for: most tests need none, and RSA takes its time. */
export class SigningKeys {
  #current: Promise<KeyPairs> | undefined;
  #former: JWK[] = [];

  async current(algorithm: CallbackAlgorithm): Promise<SigningKey> {
    return (await this.#pairs())[algorithm];
  }

  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [...publicKeysOf(await this.#pairs()), ...this.#former] };
  }

  /**
   * Makes new keys current; of the old ones the newest stay in the key set unless `keepOld` is false. Gives
   * the new key ids.
   */
  async rotate({ keepOld = true }: { keepOld?: boolean | undefined } = {}): Promise<string[]> {
    const { keys } = await this.jwks();
    this.#former = keepOld ? keys.slice(0, maxFormer) : [];
    this.#current = newKeyPairs();
    return publicKeysOf(await this.#current).map(({ kid }) => kid as string);
  }

  #pairs(): Promise<KeyPairs> {
    this.#current ??= newKeyPairs();
    return this.#current;
  }
}

const maxFormer = 18;

async function newKeyPairs(): Promise<KeyPairs> {
  const [RS256, ES256] = await Promise.all([newSigningKey("RS256"), newSigningKey("ES256")]);
  return { RS256, ES256 };
}

/** A key that is in no key set. */
export async function newSigningKey(algorithm: CallbackAlgorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicJwk: { ...jwk, kid, alg: algorithm, use: "sig" } };
}

function publicKeysOf(pairs: KeyPairs): JWK[] {
  return [pairs.RS256.publicJwk, pairs.ES256.publicJwk];
}
