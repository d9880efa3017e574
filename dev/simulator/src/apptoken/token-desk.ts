// The access tokens given out: opaque, several valid at once for an account, each until it expires.
import { randomBytes } from "node:crypto";
import type { SimulatedAccount } from "../accounts/account.ts";

export interface IssuedToken {
  account: SimulatedAccount;
  scopes: readonly string[];
  expiresAt: Date;
  generation: number;
}

export class TokenDesk {
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  issue(account: SimulatedAccount, scopes: readonly string[], lifetimeMs: number): string {
    this.#dropExpired();
    const token = randomBytes(48).toString("base64url");
    const expiresAt = new Date(this.#now().getTime() + lifetimeMs);
    this.#tokens.set(token, { account, scopes, expiresAt, generation: account.tokenGeneration });
    return token;
  }

  /** Whose token it is, even when it is no longer valid: a refused call is counted for its account too. */
  find(token: string): IssuedToken | undefined {
    return this.#tokens.get(token);
  }

  isValid(token: IssuedToken): boolean {
    const { account, generation, expiresAt } = token;
    return !account.revoked && generation === account.tokenGeneration && expiresAt > this.#now();
  }

  all(): string[] {
    return [...this.#tokens.keys()];
  }

  clear(): void {
    this.#tokens.clear();
  }

  /** Forgets tokens from the oldest on, an hour after their end. */
  #dropExpired(): void {
    const forgottenBefore = this.#now().getTime() - 3_600_000;
    for (const [token, { expiresAt }] of this.#tokens) {
      if (expiresAt.getTime() > forgottenBefore) return;
      this.#tokens.delete(token);
    }
  }
}
