// Where the queries of a command go in a cluster in which every collection is sharded by ranges of `_id`.

/** A document of MongoDB. */
type Document = Record<string, unknown>;

/**
 * `one`: one shard. `each id`: a shard for each id that is named. `account`: the shards that hold one
 * account, which is one as long as it is not cut in two. `all`: every shard.
 */
export const reaches = ["one", "account", "each id", "all"] as const;
export type Reach = (typeof reaches)[number];

export interface Query {
  collection: string;
  /** With the fields that it asks by, for instance `find(_id, nextRunAt)`. */
  what: string;
  reach: Reach;
}

/**
 * Of those that ask for documents or write them; none of a command about the server, indexes or an open
 * cursor.
 */
export function queriesOf(command: Document): Query[] {
  const [name = ""] = Object.keys(command);
  const collection = command[name];
  if (typeof collection !== "string") return [];
  return filtersOf(name, command).map((filter) => ({
    collection,
    what: `${name}(${[...fieldsOf(filter)].sort().join(", ")})`,
    reach: reachOf(filter),
  }));
}

function filtersOf(name: string, command: Document): Document[] {
  const listed = (key: string) => (command[key] ?? []) as Document[];
  switch (name) {
    case "find":
      return [(command.filter ?? {}) as Document];
    case "findAndModify":
    case "count":
    case "distinct":
      return [(command.query ?? {}) as Document];
    case "update":
      return listed("updates").map(({ q }) => q as Document);
    case "delete":
      return listed("deletes").map(({ q }) => q as Document);
    case "insert":
      return listed("documents").map(({ _id }) => ({ _id }));
    case "aggregate":
      return [(listed("pipeline")[0]?.$match ?? {}) as Document];
    default:
      return [];
  }
}

function fieldsOf(filter: Document): Set<string> {
  const fields = new Set<string>();
  for (const [key, value] of Object.entries(filter))
    if (key === "$and" || key === "$or")
      for (const part of value as Document[]) for (const field of fieldsOf(part)) fields.add(field);
    else fields.add(key);
  return fields;
}

function reachOf(filter: Document): Reach {
  const parts = Object.entries(filter).map(([key, value]): Reach => {
    if (key === "$and") return narrowest((value as Document[]).map(reachOf));
    if (key === "$or") return widest((value as Document[]).map(reachOf));
    return key === "_id" ? reachOfId(value) : "all";
  });
  return narrowest(parts);
}

function reachOfId(condition: unknown): Reach {
  if (typeof condition !== "object" || condition === null || !isOperators(condition)) return "one";
  if (condition.$eq !== undefined) return "one";
  if (condition.$in !== undefined) return "each id";
  const from = condition.$gte ?? condition.$gt;
  const to = condition.$lt ?? condition.$lte;
  if (typeof from !== "string" || typeof to !== "string") return "all";
  const [installationId = "", under] = from.split("/");
  return under !== undefined && to.startsWith(installationId) ? "account" : "all";
}

function isOperators(condition: object): condition is Document {
  return Object.keys(condition).some((key) => key.startsWith("$"));
}

function narrowest(found: readonly Reach[]): Reach {
  return reaches.find((reach) => found.includes(reach)) ?? "all";
}

function widest(found: readonly Reach[]): Reach {
  return reaches.findLast((reach) => found.includes(reach)) ?? "all";
}
