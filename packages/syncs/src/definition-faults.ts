// What can be wrong with a sync definition: found when the process starts, not when the first account runs
// into it.

import { ownCollections, resourcePattern } from "@fleetkeeper/model";
import { z } from "zod";

const dayMs = 86_400_000;
const takenCollections = new Set<string>(ownCollections);

const isFunction = (value: unknown) => typeof value === "function";

const shape = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'is lower-case letters, digits and "-", at most 41'),
  resource: z
    .string()
    .regex(resourcePattern, "is letters and digits in camelCase, at most 61")
    .refine((resource) => !takenCollections.has(resource), "is a collection of Fleetkeeper's own"),
  scopes: z.array(z.string().min(1)),
  intervalMs: z
    .int()
    .min(1_000)
    .max(31 * dayMs),
  refreshOn: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?$/, 'is a type of event, or its beginning and ".*"'),
    )
    .max(100)
    .optional(),
  pageSize: z.int().min(1).max(1_000),
  deletions: z.enum(["complete-pass", "never"]),
  window: z.object({ lookbackMs: z.int().positive(), overlapMs: z.int().nonnegative() }).optional(),
  pages: z.custom(isFunction, "is not a function"),
  item: z.custom(
    (item) => isFunction((item as z.ZodType | null)?.safeParse),
    "is not a schema with a safeParse",
  ),
  idOf: z.custom(isFunction, "is not a function"),
});

/** One line a fault, in the order of the fields; none when it can work. */
export function findFaults(definition: unknown): string[] {
  const parsed = shape.safeParse(definition);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  const { window, deletions } = parsed.data;
  return window !== undefined && deletions !== "never"
    ? ['deletions: must be "never" with a window, because a pass does not see what lies outside']
    : [];
}
