// One text for all ways to write the same content: what signatures and hashes are made over.

/**
 * The same content with the fields of each object in the order of their names, for JSON.stringify. By hand,
 * since each record of each run pays for it: as a replacer of JSON.stringify it costs three times as much.
 */
export function orderedFields(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isRawJson(value)) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return orderedFields(value.toJSON());
  if (Array.isArray(value)) return value.map(orderedFields);
  const fields = value as Record<string, unknown>;
  const ordered: Record<string, unknown> = {};
  for (const name of inOrder(Object.keys(fields))) {
    const field = orderedFields(fields[name]);
    if (name === "__proto__") Object.defineProperty(ordered, name, { value: field, enumerable: true });
    else ordered[name] = field;
  }
  return ordered;
}

/** Names of fields as objects had them, by the first, each beside the same in order. */
const known = new Map<string, { names: readonly string[]; ordered: readonly string[] }[]>();
const maxFirstNames = 200;
const maxListsOfOne = 4;
const maxNames = 100;
/** Of all names of one list together. */
const maxCharacters = 4_000;

/** Sorted; objects of one kind have the same names, which are sorted once. */
function inOrder(names: readonly string[]): readonly string[] {
  const [first] = names;
  if (first === undefined || names.length > maxNames) return names.toSorted();
  const lists = known.get(first) ?? [];
  for (const one of lists) if (isSame(one.names, names)) return one.ordered;
  const ordered = names.toSorted();
  if (names.join("").length > maxCharacters) return ordered;
  // Names that are data, such as ids, would fill the memory.
  if (lists.length === 0 && known.size >= maxFirstNames) known.clear();
  known.set(first, [{ names, ordered }, ...lists.slice(0, maxListsOfOne - 1)]);
  return ordered;
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 1; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}

/** An `ExactNumber` as JSON writes it. */
const { isRawJSON: isRawJson } = JSON as unknown as { isRawJSON: (value: unknown) => boolean };
