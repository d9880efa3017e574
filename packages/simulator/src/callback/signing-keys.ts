// The keys that sign callback tokens, one RSA and one elliptic, and the key set that publishes them (RFC 7517).
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

export type CallbackAlgorithm = "RS256" | "ES256";

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

type KeyPairs = Record<CallbackAlgorithm, SigningKey>;

export class SigningKeys {
  #current: KeyPairs;
  #published: JWK[];

  private constructor(current: KeyPairs) {
    this.#current = current;
    this.#published = publicKeysOf(current);
  }

  static async create(): Promise<SigningKeys> {
    return new SigningKeys(await newKeyPairs());
  }

  current(algorithm: CallbackAlgorithm): SigningKey {
    return this.#current[algorithm];
  }

  jwks(): { keys: JWK[] } {
    return { keys: this.#published };
  }

  /** Makes new keys current; the old ones stay in the key set unless `keepOld` is false. Gives the new key ids. */
  async rotate({ keepOld = true }: { keepOld?: boolean | undefined } = {}): Promise<string[]> {
    this.#current = await newKeyPairs();
    const fresh = publicKeysOf(this.#current);
    this.#published = keepOld ? [...fresh, ...this.#published].slice(0, 20) : fresh;
    return fresh.map(({ kid }) => kid as string);
  }
}

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
