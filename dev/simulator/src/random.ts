// Numbers drawn from a seed: the same parts always give the same draw, so a fleet needs no storage (sfc32, by
// Chris Doty-Humphrey).
import { createHash } from "node:crypto";

/** Two 32-bit words from a text; the start of every draw. */
export type Seed = readonly [number, number];

export function seedOf(...parts: string[]): Seed {
  const digest = createHash("sha256").update(parts.join("\n")).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** A sequence of numbers fixed by a seed, an index and a revision. */
export class Draw {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: Seed, index: number, revision = 0) {
    this.#a = seed[0];
    this.#b = seed[1] ^ Math.imul(revision, 0x9e3779b1);
    this.#c = index;
    this.#counter = 1;
    for (let round = 0; round < 12; round++) this.word();
  }

  /** The next whole number from 0 to 2³² - 1. */
  word(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** At least `from`, below `to`, with this many decimals. */
  between(from: number, to: number, decimals = 0): number {
    return Number((from + this.fraction() * (to - from)).toFixed(decimals));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** True in this many of a hundred draws. */
  percent(chance: number): boolean {
    return this.fraction() * 100 < chance;
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.word().toString(16).padStart(8, "0");
    return text.slice(0, digits);
  }

  uuid(): string {
    return uuidFrom(this.hex(12), this);
  }
}

/** A UUID whose first 12 hex digits are given and whose others are drawn. */
export function uuidFrom(first12: string, draw: Draw): string {
  const rest = draw.hex(18);
  return `${first12.slice(0, 8)}-${first12.slice(8)}-4${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6)}`;
}
