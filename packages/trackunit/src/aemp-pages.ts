// Pages of an AEMP 2.0 fleet (ISO 15143-3): numbered from 1, 100 machines each, XML unless JSON is asked for;
// `links` name the next one.

import { createHash } from "node:crypto";
import { type FleetPage, readFleetPage } from "./aemp-page.ts";
import { ApiRejectedError, CursorRepeatsError, CursorUnreadableError, PagesEndlessError } from "./errors.ts";
import type { Send } from "./exchange.ts";
import type { Page, PageOptions } from "./page.ts";

/** Which fleet is read. */
export interface AempList {
  /** Without the page's number. Default: the whole fleet of the account. */
  path?: string;
}

/** The family of the documented limit on fleet pages. */
export const aempFamily = "aemp-fleet";
/** A million machines. */
const maxPages = 10_000;
const pageSize = 100;

/** The cursor: the next page, and what the page before said and held. */
interface FleetPosition {
  /** From 1. */
  number: number;
  /** How many pages the fleet was said to have; absent when no link said it. */
  last?: number | undefined;
  /** Fingerprint of the last machine of the page before. */
  before?: string | undefined;
}

/**
 * Reads on from `from`. Pages of a fleet cannot overlap, and none may be asked for twice in a quarter of an
 * hour: a machine that came between two pages is seen by the one that it pushed over, one that went is not.
 * Two passes must agree before anything counts as gone.
 */
export async function* aempPages(
  send: Send,
  { path = "/public/api/aemp/v2/15143/-3/Fleet" }: AempList,
  { from, signal }: Pick<PageOptions, "from" | "signal">,
): AsyncGenerator<Page> {
  let here: FleetPosition | undefined = from === null ? { number: 1 } : positionOf(from);
  while (here !== undefined) {
    const answer: FleetPage = await askPage(send, path, here.number, signal);
    const { next, doubt } = afterPage(here, answer);
    const disturbed = answer.odd ?? doubt;
    yield {
      items: answer.equipment,
      nextCursor: next === undefined ? null : cursorOf(next),
      ...(disturbed === undefined ? {} : { disturbed }),
    };
    here = next;
  }
}

async function askPage(send: Send, path: string, number: number, signal: AbortSignal): Promise<FleetPage> {
  const request = {
    family: aempFamily,
    part: String(number),
    method: "GET",
    path: `${path}/${number}`,
  } as const;
  try {
    return readFleetPage(await send(request, signal));
  } catch (error) {
    if (error instanceof ApiRejectedError && error.status === 404 && number > 1)
      return { links: [], equipment: [], odd: "a page of the fleet is missing" };
    throw error;
  }
}

/**
 * Where to read on, and what casts doubt on this page; only numbers are taken from links, so that the token
 * stays here.
 */
function afterPage(
  { number, last: lastBefore, before }: FleetPosition,
  { links, equipment, odd }: FleetPage,
): { next: FleetPosition | undefined; doubt: string | undefined } {
  const link = (rel: string) => links?.find((one) => one.rel === rel);
  const last = numberIn(link("last")?.href);
  const named = numberIn(link("next")?.href);
  const fingerprints = equipment.map(fingerprintOf);
  const end = fingerprints.at(-1);
  if (end !== undefined && end === before)
    throw new CursorRepeatsError("the API gave a page of the fleet that was already read");

  const isNamed = link("next") !== undefined;
  const isFull = equipment.length >= pageSize;
  // A page without links may be any; one with links ends the fleet unless they say otherwise.
  const goesOn = isNamed || (last ?? 0) > number || (links === undefined && isFull);
  const doubt =
    (before !== undefined && fingerprints.includes(before)
      ? "machines moved between two pages of the fleet"
      : undefined) ??
    (lastBefore !== undefined && last !== lastBefore
      ? "the number of pages of the fleet changed"
      : undefined) ??
    (goesOn && (named !== number + 1 || equipment.length === 0)
      ? "a page of the fleet does not say clearly which page follows"
      : undefined) ??
    (number > 1 && equipment.length === 0 ? "a page of the fleet holds nothing" : undefined) ??
    (!goesOn && last !== number && (links === undefined || isFull || equipment.length === 0)
      ? "a page of the fleet does not say that it is the last"
      : undefined);
  if (!goesOn || odd !== undefined) return { next: undefined, doubt };
  if (number >= maxPages) throw new PagesEndlessError(`the API's fleet has more than ${maxPages} pages`);
  const next = named !== undefined && named > number ? named : number + 1;
  return { next: { number: next, last, before: end }, doubt };
}

/** By what names a machine, because its values change all the time. */
function fingerprintOf(item: unknown): string {
  const header = Object.entries(Object(item)).find(([key]) => key.toLowerCase() === "equipmentheader")?.[1];
  const text = JSON.stringify(header ?? item) ?? "";
  return createHash("sha256").update(text).digest("base64url").slice(0, 8);
}

/** `…/Fleet/3`, `…/Fleet/3?x=1` and `…/Fleet?page=3`. */
function numberIn(href: string | undefined): number | undefined {
  if (href === undefined) return undefined;
  const [, inQuery] = /[?&]page=([1-9]\d{0,8})(?:&|#|$)/i.exec(href) ?? [];
  const [, inPath] = /\/([1-9]\d{0,8})\/?(?:[?#].*)?$/.exec(href) ?? [];
  const number = inQuery ?? inPath;
  return number === undefined ? undefined : Number(number);
}

/** For instance `page=3&last=5&before=…`. */
function cursorOf({ number, last, before }: FleetPosition): string {
  return `page=${number}${last === undefined ? "" : `&last=${last}`}${before === undefined ? "" : `&before=${before}`}`;
}

function positionOf(cursor: string): FleetPosition {
  const [, number, last, before] =
    /^page=([1-9]\d{0,8})(?:&last=([1-9]\d{0,8}))?(?:&before=([\w-]{8}))?$/.exec(cursor) ?? [];
  if (number === undefined) throw new CursorUnreadableError("the cursor names no page");
  return { number: Number(number), last: last === undefined ? undefined : Number(last), before };
}
