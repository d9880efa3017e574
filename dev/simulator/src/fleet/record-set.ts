// An account's records of one kind, ordered by id and built only when read: 200 000 of them cost a number
// until then.

import { Draw, type Seed, uuidFrom } from "../random.ts";
import type { Ordered } from "./ordered.ts";

/** What a record is built from: the same origin always gives the same record. */
export interface Origin {
  id: string;
  index: number;
  /** 0 as created; one more with each update. */
  revision: number;
  /** When the record was created or last updated by a change; undefined for one of the first fleet. */
  changedAt: Date | undefined;
  /** Draws what stays for the record's life. */
  draw: Draw;
  /** Draws what an update changes. */
  revisionDraw: Draw;
}

interface Change {
  revision: number;
  changedAt: Date;
}

const keySpace = 2 ** 48;

export class RecordSet<T> implements Ordered<T> {
  /** How many records were built since the start: proves that a page costs a page. */
  built = 0;
  readonly #seed: Seed;
  readonly #firstSize: number;
  readonly #build: (origin: Origin) => T;
  /**
   * Indexes in order of id; undefined while nothing was created or deleted, when position and index are the
   * same.
   */
  #order: number[] | undefined;
  readonly #createdKeys: number[] = [];
  readonly #changes = new Map<number, Change>();

  constructor(seed: Seed, size: number, build: (origin: Origin) => T) {
    this.#seed = seed;
    this.#firstSize = size;
    this.#build = build;
  }

  get size(): number {
    return this.#order?.length ?? this.#firstSize;
  }

  /** The records from a position, at most `count` of them. */
  slice(position: number, count: number): T[] {
    const records: T[] = [];
    const end = Math.min(this.size, position + count);
    for (let at = Math.max(0, position); at < end; at++) records.push(this.at(at));
    return records;
  }

  all(): T[] {
    return this.slice(0, this.size);
  }

  at(position: number): T {
    return this.#record(this.#indexAt(position));
  }

  idAt(position: number): string {
    return this.#id(this.#indexAt(position));
  }

  /** The record with this id, or undefined. */
  find(id: string): T | undefined {
    const position = this.positionOf(id);
    return position === undefined ? undefined : this.at(position);
  }

  /** As it was before its last update; undefined where there was none. */
  before(id: string): T | undefined {
    const position = this.positionOf(id);
    if (position === undefined) return undefined;
    const index = this.#indexAt(position);
    const change = this.#changes.get(index);
    if (change === undefined || change.revision === 0) return undefined;
    return this.#build(this.#origin(index, { ...change, revision: change.revision - 1 }));
  }

  positionOf(id: string): number | undefined {
    const position = this.positionAfter(id) - 1;
    return position >= 0 && this.idAt(position) === id ? position : undefined;
  }

  /** The first position whose id sorts after this one, whether or not the id still exists. */
  positionAfter(id: string): number {
    const key = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#key(this.#indexAt(middle)) <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The id of one of the first fleet by its index, even if it is deleted: a fixed point for other records.
   */
  firstId(index: number): string {
    return this.#id(index);
  }

  get firstSize(): number {
    return this.#firstSize;
  }

  create(changedAt: Date): string {
    const order = this.#ownOrder();
    const index = this.#firstSize + this.#createdKeys.length;
    const key = this.#freeKey(index);
    this.#createdKeys.push(key);
    this.#changes.set(index, { revision: 0, changedAt });
    const id = this.#id(index);
    order.splice(this.positionAfter(id), 0, index);
    return id;
  }

  update(position: number, changedAt: Date): string {
    const index = this.#indexAt(position);
    this.#changes.set(index, { revision: (this.#changes.get(index)?.revision ?? 0) + 1, changedAt });
    return this.#id(index);
  }

  /** Deletes the records at these positions and gives their ids. */
  delete(positions: ReadonlySet<number>): string[] {
    const ids = [...positions].map((position) => this.idAt(position));
    this.#order = this.#ownOrder().filter((_, position) => !positions.has(position));
    return ids;
  }

  #record(index: number): T {
    this.built++;
    return this.#build(this.#origin(index, this.#changes.get(index)));
  }

  #origin(index: number, change: Change | undefined): Origin {
    const revision = change?.revision ?? 0;
    return {
      id: this.#id(index),
      index,
      revision,
      changedAt: change?.changedAt,
      draw: new Draw(this.#seed, index),
      revisionDraw: new Draw(this.#seed, index, revision + 1),
    };
  }

  #indexAt(position: number): number {
    if (position < 0 || position >= this.size) throw new RangeError(`no record at position ${position}`);
    return this.#order ? (this.#order[position] as number) : position;
  }

  #ownOrder(): number[] {
    this.#order ??= Array.from({ length: this.#firstSize }, (_, index) => index);
    return this.#order;
  }

  #id(index: number): string {
    const key = this.#key(index).toString(16).padStart(12, "0");
    return uuidFrom(key, new Draw(this.#seed, index, -1));
  }

  /**
   * The first 48 bits of the id. Those of the first fleet rise with the index, so its order needs no sorting.
   */
  #key(index: number): number {
    if (index >= this.#firstSize) return this.#createdKeys[index - this.#firstSize] as number;
    const stride = Math.floor(keySpace / (this.#firstSize + 1));
    const draw = new Draw(this.#seed, index, -2);
    return index * stride + Math.floor((draw.fraction() + draw.fraction() / 2 ** 32) * stride);
  }

  #freeKey(index: number): number {
    const draw = new Draw(this.#seed, index, -2);
    for (let attempt = 0; attempt < 100; attempt++) {
      const key = draw.below(2 ** 24) * 2 ** 24 + draw.below(2 ** 24);
      const before = this.positionAfter(key.toString(16).padStart(12, "0")) - 1;
      if (before < 0 || this.#key(this.#indexAt(before)) !== key) return key;
    }
    throw new RangeError("no free id");
  }
}
