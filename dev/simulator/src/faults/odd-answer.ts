// Undocumented answers: a list that ends early or says less than it should, and the shapes that other
// systems give it.

import { type Answer, json } from "../http/answers.ts";
import type { FaultKind } from "./fault.ts";
import { connectionsIn, isObject, type JsonObject, listsIn, type Oddities, recordsIn } from "./json-body.ts";
import { oddKeySets } from "./odd-key-set.ts";
import { oddRecords } from "./odd-record.ts";
import { oddTokens } from "./odd-token.ts";
import type { TakenFaults } from "./taken-faults.ts";

/** The answer as these faults leave it; the same one when none of them is there. */
export function withOddities(answer: Answer, faults: TakenFaults): Answer {
  if (faults.has("no-content")) return { status: 204, contentType: answer.contentType, body: "" };
  if (faults.has("empty-body")) return { ...answer, status: 200, body: "" };
  const kinds = (Object.keys(oddities) as FaultKind[]).filter((kind) => faults.has(kind));
  const status = faults.has("created") && answer.status === 200 ? 201 : answer.status;
  if (kinds.length === 0 || !isObject(answer.body)) return { ...answer, status };
  return json(
    status,
    kinds.reduce<unknown>((body, kind) => oddities[kind]?.(body as JsonObject), structuredClone(answer.body)),
  );
}

const oddities: Oddities = {
  "empty-page": (body) => {
    for (const list of listsIn(body)) list.length = 0;
    return body;
  },
  "null-list": (body) => {
    for (const name of ["content", "equipment"]) if (Array.isArray(body[name])) body[name] = null;
    for (const connection of connectionsIn(body)) if ("edges" in connection) connection.edges = null;
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
  "empty-errors": (body) => ({ ...body, errors: [] }),
  "one-error": (body) => ({ ...body, errors: [{ message: "Something failed." }] }),
  "error-object": () => ({ errors: { message: "Failed.", extensions: { code: "INTERNAL" } } }),
  "null-data": () => ({ data: null, errors: [{ message: "Failed.", extensions: { code: "INTERNAL" } }] }),
  "top-extensions": () => ({ data: null, extensions: { code: "RATE_LIMITED", resetIn: 7_000 } }),
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
  "wrapped-fleet": (body) => ("equipment" in body ? { Fleet: body } : body),
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
  ...oddRecords,
  ...oddTokens,
  ...oddKeySets,
};

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
