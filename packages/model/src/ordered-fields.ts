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
  for (const name of Object.keys(fields).sort()) {
    const field = orderedFields(fields[name]);
    if (name === "__proto__") Object.defineProperty(ordered, name, { value: field, enumerable: true });
    else ordered[name] = field;
  }
  return ordered;
}

/** An `ExactNumber` as JSON writes it. */
const { isRawJSON: isRawJson } = JSON as unknown as { isRawJSON: (value: unknown) => boolean };
