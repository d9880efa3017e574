// Answers that nobody promised: a list that ends early or says less than it should, and the shapes that other systems give it.

import { type Answer, json } from "../http/answers.ts";
import type { FaultKind } from "./fault.ts";
import type { TakenFaults } from "./taken-faults.ts";

type JsonObject = Record<string, unknown>;
/** Changes a copy of the answer's body. */
type Oddity = (body: JsonObject) => unknown;

/** The answer as these faults leave it; the same one when none of them is there. */
export function withOddities(answer: Answer, faults: TakenFaults): Answer {
  if (faults.has("no-content")) return { status: 204, contentType: answer.contentType, body: "" };
  if (faults.has("empty-body")) return { ...answer, status: 200, body: "" };
  const kinds = (Object.keys(oddities) as FaultKind[]).filter((kind) => faults.has(kind));
  if (kinds.length === 0 || !isObject(answer.body)) return answer;
  return json(
    answer.status,
    kinds.reduce<unknown>((body, kind) => oddities[kind]?.(body as JsonObject), structuredClone(answer.body)),
  );
}

const oddities: Partial<Record<FaultKind, Oddity>> = {
  "empty-page": (body) => {
    for (const list of listsIn(body)) list.length = 0;
    return body;
  },
  "early-end": (body) => {
    if ("after" in body) body.after = null;
    if (typeof body.number === "number" && Array.isArray(body.content)) body.content.splice(1);
    if (Array.isArray(body.links))
      body.links = body.links.filter(
        (link) => isObject(link) && (link.rel === "self" || link.rel === "prev"),
      );
    for (const { pageInfo } of connectionsIn(body)) if (isObject(pageInfo)) pageInfo.hasNextPage = false;
    return body;
  },
  "no-totals": (body) => {
    for (const name of ["totalElements", "totalPages", "numberOfElements", "after", "links"])
      delete body[name];
    return body;
  },
  "null-errors": (body) => ({ ...body, errors: null, extensions: { tracing: {} } }),
  "null-connection": (body) => {
    const data = isObject(body.data) ? body.data : {};
    const nulled = Object.entries(data).map(([name, field]) => [
      name,
      isObject(field) && "pageInfo" in field ? null : field,
    ]);
    return { ...body, data: Object.fromEntries(nulled) };
  },
  "one-object": (body) => {
    for (const name of ["equipment", "links"]) {
      const list = body[name];
      if (Array.isArray(list) && list.length === 1) body[name] = list[0];
    }
    return body;
  },
  "other-capitals": (body) => renamed(body),
  "number-for-text": (body) => {
    for (const { EquipmentHeader: header } of recordsIn(body))
      if (isObject(header)) header.SerialNumber = 9_007_199;
    return body;
  },
  "relative-next": (body) => withNext(body, (href) => href.replace(/^.*\//, "../Fleet/")),
  "foreign-next": (body) =>
    withNext(body, (href) => href.replace(/^\w+:\/\/[^/]+/, "https://elsewhere.example")),
  "same-next": (body) => withNext(body, (href) => href.replace(/\d+$/, (page) => String(Number(page) - 1))),
  "exact-numbers": (body) => {
    const [record] = recordsIn(body);
    if (record) {
      record.bigInteger = rawNumber("9007199254740993");
      record.longDecimal = rawNumber("0.1234567890123456789");
    }
    return body;
  },
  "lone-surrogate": (body) => {
    const [record] = recordsIn(body);
    const holder = [record, record?.properties, record?.EquipmentHeader].find(
      (one): one is JsonObject => isObject(one) && idNames.some((name) => name in one),
    );
    for (const name of idNames) if (holder && name in holder) holder[name] = `${holder[name]}\ud800`;
    return body;
  },
};

const idNames = ["id", "assetId", "EquipmentID"];

/** Digits that JavaScript's numbers do not have, as JSON. */
function rawNumber(text: string): unknown {
  return (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(text);
}

function withNext(body: JsonObject, change: (href: string) => string): JsonObject {
  for (const link of Array.isArray(body.links) ? body.links : [])
    if (isObject(link) && link.rel === "next") link.href = change(String(link.href));
  return body;
}

/** Names with a small first letter and the rest as it was: `equipmentHeader`; top-level ones in capitals. */
function renamed(body: JsonObject): JsonObject {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [
        name.charAt(0).toLowerCase() + name.slice(1),
        inner(field),
      ]),
    );
  };
  return Object.fromEntries(Object.entries(body).map(([name, field]) => [name.toUpperCase(), inner(field)]));
}

function recordsIn(body: JsonObject): JsonObject[] {
  return listsIn(body)
    .flat()
    .map((one) => (isObject(one) && "node" in one ? one.node : one))
    .filter(isObject);
}

function listsIn(body: JsonObject): unknown[][] {
  const own = [body.content, body.equipment].filter((list): list is unknown[] => Array.isArray(list));
  const edges = connectionsIn(body).flatMap(({ edges }) =>
    Array.isArray(edges) ? [edges as unknown[]] : [],
  );
  return [...own, ...edges];
}

function connectionsIn({ data }: JsonObject): JsonObject[] {
  return isObject(data) ? Object.values(data).filter(isObject) : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
