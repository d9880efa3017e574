// Records with values that are hard to keep: exact numbers, ids that look alike, and what a database refuses.

import { isObject, type JsonObject, type Oddities, recordsIn } from "./json-body.ts";

/** Each about the page's first record, but for heavy-page. */
export const oddRecords: Oddities = {
  "exact-numbers": ofFirst((record) => {
    record.bigInteger = raw("9007199254740993");
    record.longDecimal = raw("0.1234567890123456789");
  }),
  "lone-surrogate": ofFirst((record) => rename(record, (id) => `${id}\ud800`)),
  "twin-ids": (body) => {
    const [first, ...others] = recordsIn(body);
    const id = first === undefined ? "" : idOf(first);
    for (const [index, suffix] of twins.entries()) rename(others[index] ?? {}, () => id + suffix);
    return body;
  },
  "zero-in-name": ofFirst((record) => {
    record["zero\0name"] = 1;
  }),
  "reserved-name": ofFirst((record) => {
    record.inner = { _bsontype: "Long" };
  }),
  "deep-record": ofFirst((record) => {
    record.deep = deepMark;
  }),
  "large-record": ofFirst((record) => {
    record.text = "x".repeat(8 * 1024 * 1024);
  }),
  "heavy-page": (body) => {
    for (const [index, record] of recordsIn(body).entries())
      record.outline = Array.from({ length: 20_000 }, (_, point) => (index + point) % 10);
    return body;
  },
};

/** Stands for what JSON.stringify cannot write: it would be at the end of its stack. */
export const deepMark = "nested-without-end";
const levels = 20_000;
export const deepJson = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

const twins = ["-case", "-CASE", "-case ", "-\u00e9", "-e\u0301"];

function ofFirst(change: (record: JsonObject) => void) {
  return (body: JsonObject) => {
    const [record] = recordsIn(body);
    if (record) change(record);
    return body;
  };
}

const idNames = ["id", "assetId", "EquipmentID"];

function rename(record: JsonObject, change: (id: string) => string): void {
  const holder = holderOf(record);
  for (const name of idNames) if (holder && name in holder) holder[name] = change(String(holder[name]));
}

function idOf(record: JsonObject): string {
  const holder = holderOf(record) ?? {};
  return String(holder[idNames.find((name) => name in holder) ?? ""]);
}

function holderOf(record: JsonObject): JsonObject | undefined {
  const { properties, EquipmentHeader } = record;
  return [record, properties, EquipmentHeader].find(
    (one): one is JsonObject => isObject(one) && idNames.some((name) => name in one),
  );
}

/** JSON that JavaScript's values do not have. */
function raw(text: string): unknown {
  return (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(text);
}
