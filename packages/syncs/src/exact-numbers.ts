// Numbers that a double does not hold, in schemas: kept where the schema says so or does not care, rounded
// where it wants a number of JavaScript.

import { ExactNumber } from "@fleetkeeper/model";
import { z } from "zod";

/** A number of JSON, kept exactly: a number where a double holds it, else an `ExactNumber`. */
export const number = z.union([z.number(), z.instanceof(ExactNumber)]);

/** The same schema, whose `safeParse` rounds what it refuses only because it is an `ExactNumber`. */
export function roundingNumbers<Item>(schema: z.ZodType<Item>): z.ZodType<Item> {
  const safeParse: typeof schema.safeParse = (value, params) => {
    const parsed = schema.safeParse(value, params);
    if (parsed.success) return parsed;
    const refused = parsed.error?.issues ?? [];
    const rounded = refused.reduce<unknown>((item, { path }) => roundedAt(item, path), value);
    return rounded === value ? parsed : schema.safeParse(rounded, params);
  };
  return Object.create(schema, { safeParse: { value: safeParse, enumerable: true } });
}

/** The same value when nothing there had to be rounded. */
function roundedAt(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (key === undefined) return rounded(value);
  if (typeof value !== "object" || value === null) return value;
  const before = (value as Record<PropertyKey, unknown>)[key];
  const after = roundedAt(before, rest);
  if (after === before) return value;
  if (Array.isArray(value)) return value.with(Number(key), after);
  return { ...value, [key]: after };
}

function rounded(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.keys(value).reduce<unknown>((item, key) => roundedAt(item, [key]), value);
}
