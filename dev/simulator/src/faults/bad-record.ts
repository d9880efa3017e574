// Spoils one record of an answer, so that a reader's checks have something to find.
import type { ActiveFault } from "./fault.ts";

/** A copy of the body in which one record has fields of the wrong type. */
export function withBadRecord(body: unknown, fault: ActiveFault): unknown {
  const copy: unknown = structuredClone(body);
  const records = recordsIn(copy);
  const chosen = records.find(
    (record) => fault.itemId !== undefined && JSON.stringify(record).includes(fault.itemId),
  );
  const record = fault.itemId === undefined ? records[0] : chosen;
  if (record) spoil(record);
  return copy;
}

type JsonObject = Record<string, unknown>;

/** The page's records, whichever interface it comes from. */
function recordsIn(body: unknown): JsonObject[] {
  if (!isObject(body)) return [];
  for (const key of ["content", "equipment"]) {
    const list = body[key];
    if (Array.isArray(list)) return list.filter(isObject);
  }
  const data = isObject(body.data) ? Object.values(body.data) : [];
  return data.filter(isObject).flatMap((field) => {
    const edges = Array.isArray(field.edges) ? field.edges : undefined;
    return edges ? edges.map((edge: unknown) => isObject(edge) && edge.node).filter(isObject) : [field];
  });
}

function spoil(record: JsonObject): void {
  for (const key of ["name", "alertType", "status"]) if (key in record) record[key] = 42;
  if (isObject(record.geometry)) record.geometry.coordinates = "nowhere";
  if ("EquipmentHeader" in record) record.EquipmentHeader = "none";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
