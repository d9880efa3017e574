// One page of an AEMP 2.0 fleet, read as far as it is plain: keys in any capital letters, one object for a
// list of one.

import { z } from "zod";
import { FleetUnreadableError } from "./errors.ts";

/** One page as it was read; what is missing is undefined, nothing is guessed. */
export interface FleetPage {
  /** Undefined when the page has none. */
  links: { rel: string; href: string }[] | undefined;
  equipment: unknown[];
  /** Why it proves nothing; undefined when it is as documented. */
  odd?: string;
}

const anyObject = z.record(z.string(), z.unknown());

/** `json`: undefined when the answer was empty. */
export function readFleetPage(json: unknown): FleetPage {
  if (json === undefined)
    return { links: undefined, equipment: [], odd: "the API gave an empty answer instead of a fleet page" };
  const top = fieldsOf(json);
  const page = top?.fleet === undefined ? top : fieldsOf(top.fleet);
  const links = listOf(page?.links);
  const equipment = listOf(page?.equipment);
  if (equipment === undefined && links === undefined)
    throw new FleetUnreadableError("the API's answer is not a fleet page");
  return {
    links: links?.flatMap(linkOf),
    equipment: equipment ?? [],
    ...(equipment === undefined ? { odd: "a fleet page has no equipment, not even an empty list" } : {}),
  };
}

/** By lower-case key. */
function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  const object = anyObject.safeParse(value).data;
  if (object === undefined) return undefined;
  return Object.fromEntries(Object.entries(object).map(([key, field]) => [key.toLowerCase(), field]));
}

/** A list of one comes as that one from what turns XML into JSON. */
function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null ? [value] : undefined;
}

function linkOf(value: unknown): { rel: string; href: string }[] {
  const { rel, href } = fieldsOf(value) ?? {};
  return typeof rel === "string" && typeof href === "string" ? [{ rel: rel.toLowerCase(), href }] : [];
}
