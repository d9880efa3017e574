// All `_id`s that begin with `<prefix>/`, as a filter that an index on `_id` answers.

/** `/` is followed by `0` in ASCII, so `[prefix/, prefix0)` holds exactly the ids that begin with `prefix/`. */
export function idsUnder(prefix: string): { $gte: string; $lt: string } {
  return { $gte: `${prefix}/`, $lt: `${prefix}0` };
}
