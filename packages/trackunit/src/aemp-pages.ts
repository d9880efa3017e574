// Pages of an AEMP 2.0 fleet (ISO 15143-3): numbered from 1, 100 machines each, XML unless JSON is asked for; `links` name the next one.

import { z } from "zod";
import {
  ApiRejectedError,
  ApiShapeError,
  CursorRepeatsError,
  CursorUnreadableError,
  PagesEndlessError,
} from "./errors.ts";
import type { Send } from "./exchange.ts";
import type { Page, PageOptions } from "./page.ts";

export interface AempList {
  /** Without the page's number. Default: the whole fleet of the account. */
  path?: string;
}

export const aempFamily = "aemp-fleet";
/** A million machines. */
const mostPages = 10_000;

/** Reads on from `from`, the number of a page. */
export async function* aempPages(
  send: Send,
  { path = "/public/api/aemp/v2/15143/-3/Fleet" }: AempList,
  { from, signal }: Pick<PageOptions, "from" | "signal">,
): AsyncGenerator<Page> {
  let number = from === null ? 1 : pageNumberIn(from);
  if (number === undefined) throw new CursorUnreadableError("the cursor names no page");
  while (number !== undefined) {
    const answer = await askPage(send, path, number, signal);
    const next = nextNumber(answer, number);
    yield { items: answer.equipment, nextCursor: next === undefined ? null : String(next) };
    number = next;
  }
}

type FleetPage = z.output<typeof fleetShape>;

const fleetShape = z.object({
  links: z.array(z.object({ rel: z.string(), href: z.string() })),
  equipment: z.array(z.unknown()),
});

async function askPage(send: Send, path: string, number: number, signal: AbortSignal): Promise<FleetPage> {
  const request = {
    family: aempFamily,
    part: String(number),
    method: "GET",
    path: `${path}/${number}`,
  } as const;
  try {
    const parsed = fleetShape.safeParse(await send(request, signal));
    if (!parsed.success) throw new ApiShapeError("the API's answer is no fleet page");
    return parsed.data;
  } catch (error) {
    // The fleet has become smaller since its next page was named.
    if (error instanceof ApiRejectedError && error.status === 404 && number > 1)
      return { links: [], equipment: [] };
    throw error;
  }
}

/** Only the number is taken from the link: the token goes nowhere but to the API. */
function nextNumber({ links }: FleetPage, number: number): number | undefined {
  const link = links.find(({ rel }) => rel.toLowerCase() === "next");
  if (link === undefined) return undefined;
  const next = pageNumberIn(/(\d+)\/?(?:[?#].*)?$/.exec(link.href)?.[1] ?? "");
  if (next === undefined) throw new ApiShapeError("the API's link to the next page names no number");
  if (next <= number) throw new CursorRepeatsError("the API's next page is one that was read already");
  if (next > mostPages) throw new PagesEndlessError(`the API's fleet has more than ${mostPages} pages`);
  return next;
}

function pageNumberIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
