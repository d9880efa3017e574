// Documents as ours are and odd ones, and what is asked of them, by a seed.

import { Binary, Double, type Filter, Long, ObjectId } from "mongodb";

export interface Doc {
  _id: unknown;
  state?: unknown;
  paused?: unknown;
  dueAt?: unknown;
  installedAt?: unknown;
  waits?: unknown;
}

export const at = (s: number) => new Date(Date.UTC(2030, 0, 1) + s);
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** Numbers in [0, n), the same ones for a seed (mulberry32). */
export function randomOf(seed: number): (n: number) => number {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

const states = ["active", "revoked", "paused"];
export const scalars: unknown[] = [
  ...states,
  "",
  "[",
  '["active"]',
  "1",
  "true",
  "null",
  'a"b',
  "a b",
  "é",
  0,
  1,
  -1,
  at(3).getTime(),
  Long.fromNumber(at(3).getTime()),
  new Double(at(3).getTime()),
  1.5,
  true,
  false,
  null,
  at(0),
  at(3),
  at(3),
  at(6),
  new Date(-5),
  new Date(0),
  new ObjectId("65f000000000000000000001"),
  new Binary(Buffer.from("active")),
  {},
  { a: 1 },
  { $date: 1 },
];
export const arrays: unknown[] = [
  [],
  ["active"],
  [null],
  [true],
  [at(3)],
  [at(6), at(0)],
  ["x", at(3)],
  [["active"]],
  [1, "revoked"],
];

/** Documents as ours are: dates or null, or absent; ids of plain characters. */
export function tidy(random: (n: number) => number): Doc[] {
  return times(60, (i) => ({
    _id: `i-${random(100)}~${i}${[..."._~@/%-Zaé😀"][random(11)]}`,
    ...(random(9) > 0 && { state: states[random(3)] }),
    ...(random(9) > 0 && { paused: [true, false, null][random(3)] }),
    ...(random(9) > 0 && { dueAt: random(4) > 0 ? at(random(10)) : null }),
    ...(random(9) > 0 && { installedAt: random(9) > 0 ? at(random(10)) : null }),
    ...(random(9) > 0 && { waits: [{ code: states[random(3)] }, { until: at(random(10)) }, {}][random(3)] }),
  }));
}

/** Documents that have anything in any field, with the share of one in `rarity`. */
export function odd(random: (n: number) => number, rarity: number, values: unknown[]): Doc[] {
  return tidy(random).map((doc) => {
    for (const key of ["state", "paused", "dueAt", "installedAt"] as const)
      if (random(rarity) === 0) doc[key] = values[random(values.length)];
    const value = values[random(values.length)];
    if (random(rarity) === 0)
      doc.waits = [value, [{ code: value }], { code: value, until: value }][random(3)];
    return doc;
  });
}

export function withOddIds(random: (n: number) => number): Doc[] {
  const oddIds = ["a", "a b", "a!", 'a"', "a\\", "a<", "a\u0001", "a\u2028", "é", "😀", "ab", "a~", " ", "!"];
  const others = [1, -7, new Double(1.5), at(1), true, { a: 1 }, new ObjectId("65f000000000000000000001")];
  return tidy(random).map((doc, i) => ({ ...doc, _id: [...oddIds, ...others][i] ?? doc._id }));
}

export const filters = (random: (n: number) => number): Filter<Doc>[] => {
  const t = at(random(10));
  const later = at(random(10));
  const [from, to] = [`i-${random(100)}~`, `i-${random(100)}~`].sort() as [string, string];
  const state = states[random(3)];
  const afterKey = { $or: [{ installedAt: { $lt: t } }, { installedAt: t, _id: { $gt: from } }] };
  return [
    {},
    { state },
    { state: { $eq: state } },
    { state: { $eq: state, $ne: "active" } },
    { state: null },
    { state: "" },
    { state: 'a"b' },
    { state: { $in: [state, null] } },
    { paused: true },
    { paused: false },
    { paused: null, state },
    { dueAt: { $lte: t } },
    { dueAt: { $lt: t } },
    { dueAt: { $gte: t } },
    { dueAt: { $gt: t, $lte: later } },
    { dueAt: { $gt: t, $exists: true } },
    { dueAt: t },
    { dueAt: { $ne: t } },
    { dueAt: null },
    { dueAt: 1 },
    { dueAt: { $lte: 1 } },
    { dueAt: { $lte: t }, state },
    { dueAt: { $not: { $lte: t } } },
    { _id: { $gt: from } },
    { _id: { $gt: from, $lt: to } },
    { _id: { $gte: from, $lt: to }, paused: true },
    { _id: { $gte: from, $lt: to }, state },
    { $and: [{ state }, { _id: { $gt: from } }] },
    { $and: [{ state }, { state: states[random(3)] }] },
    { $and: [{ dueAt: { $gte: t } }, { dueAt: { $lte: later } }], paused: false },
    afterKey,
    { $and: [{ state }, afterKey] },
    { $or: [{ dueAt: { $lt: t } }, { state }] },
    { $nor: [{ dueAt: { $lt: t } }] },
    { "waits.code": state },
    { "waits.code": null },
    { "waits.code": { $gt: "" } },
    { "waits.until": { $gte: t } },
    { "waits.until": { $lte: t }, state },
    { "waits.code": { $gt: 0 } },
    { $or: [{ "waits.code": { $gt: "" }, state }, { "waits.until": { $gt: 1 } }], _id: { $gt: from } },
    { $or: [{ "waits.code": { $gt: "a" } }, { "waits.code": { $gte: "revoked" }, paused: true }] },
    { $or: [{ "waits.code": state, paused: true }, { "waits.code": { $gt: "p" } }], _id: { $gt: from } },
    { state, $expr: true } as Filter<Doc>,
  ] as Filter<Doc>[];
};

export const sorts: Record<string, 1 | -1>[] = [
  { _id: 1 },
  { _id: -1 },
  { dueAt: 1 },
  { dueAt: -1 },
  { installedAt: -1, _id: 1 },
  { installedAt: 1, _id: -1 },
  { installedAt: -1 },
  { state: 1, _id: 1 },
  { dueAt: 1, _id: -1 },
  { dueAt: 1, paused: 1 },
];
