// A query parameter that may be repeated: `?fields=name&fields=location.latitude`.

import { z } from "zod";

/** At most `max` texts that the schema takes. */
export function queryList(item: z.ZodString, max: number) {
  return z.union([item.transform((one) => [one]), z.array(item).min(1).max(max)]);
}
