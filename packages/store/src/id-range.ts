// All `_id`s that begin with `<prefix>/`, as a filter that an index on `_id` answers.

/**
 * `/` is followed by `0` in ASCII, so `[prefix/, prefix0)` holds exactly the ids that begin with `prefix/`. The type is that
 * of a filter on any kind of text id.
 */
export function idsUnder<Id extends string>(prefix: string): { $gte: Id; $lt: Id } {
  return { $gte: `${prefix}/` as Id, $lt: `${prefix}0` as Id };
}
