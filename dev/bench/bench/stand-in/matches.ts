// Which documents a filter of MongoDB's means, as far as the engine asks: on fields, and in lists of them.

import { BSON, type Document, Long } from "mongodb";

const tests: Record<string, (value: unknown, operand: unknown) => boolean> = {
  $eq: isEqual,
  $ne: (value, operand) => !isEqual(value, operand),
  $gt: (value, operand) => (compare(value, operand) ?? -1) > 0,
  $gte: (value, operand) => (compare(value, operand) ?? -1) >= 0,
  $lt: (value, operand) => (compare(value, operand) ?? 1) < 0,
  $lte: (value, operand) => (compare(value, operand) ?? 1) <= 0,
  $in: (value, operand) => (operand as unknown[]).some((one) => isEqual(value, one)),
  $nin: (value, operand) => !(operand as unknown[]).some((one) => isEqual(value, one)),
  $exists: (value, operand) => (value !== undefined) === operand,
};

/** @throws Error that names the operator when it is none of the engine's. */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === "$or") return (condition as Document[]).some((one) => matches(document, one));
    if (name === "$and") return (condition as Document[]).every((one) => matches(document, one));
    const value = valueAt(document, name);
    if (!hasOperators(condition)) return isEqual(value, condition);
    return Object.entries(condition).every(([operator, operand]) => {
      const test = tests[operator];
      if (test === undefined) throw new Error(`the stand-in knows no ${operator} in ${name}`);
      return test(value, operand);
    });
  });
}

/** What the filter says of a field that a document which it inserts has. */
export function equalities(filter: Document): Document {
  return Object.fromEntries(
    Object.entries(filter).filter(([name, condition]) => !name.startsWith("$") && !hasOperators(condition)),
  );
}

export function valueAt(document: Document, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, name) => (value as Document | null | undefined)?.[name], document);
}

/** Undefined where the two are of different kinds. */
export function compare(one: unknown, other: unknown): number | undefined {
  const [a, b] = [comparable(one), comparable(other)];
  if (typeof a !== typeof b || (typeof a !== "string" && typeof a !== "number")) return undefined;
  return a === b ? 0 : a < (b as typeof a) ? -1 : 1;
}

function comparable(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return value instanceof Long ? value.toNumber() : value;
}

function isEqual(value: unknown, other: unknown): boolean {
  if (other === null) return value === null || value === undefined;
  if (typeof value !== "object" || value === null || value instanceof Date)
    return comparable(value) === comparable(other);
  return BSON.EJSON.stringify(value) === BSON.EJSON.stringify(other);
}

function hasOperators(condition: unknown): condition is Document {
  if (typeof condition !== "object" || condition === null || condition instanceof Date) return false;
  return Object.keys(condition)[0]?.startsWith("$") === true;
}
