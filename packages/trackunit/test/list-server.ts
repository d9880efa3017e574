// A list over HTTP that its test changes while it is read: numbered pages as Trackunit documents them, and
// odd ones.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { asInstallationId } from "@fleetkeeper/model";
import { Agent } from "undici";
import { onTestFinished } from "vitest";
import { createTrackunit, type TrackunitOptions } from "../src/index.ts";

export interface ListServer<Item> {
  items: Item[];
  /** How many items it says there are. */
  saysTotal: (length: number) => number | undefined;
  /** No page is larger; its answers say so unless `silentCap`. */
  maxSize: number;
  silentCap: boolean;
  /** Which sizes may be asked for; any, when empty. */
  sizes: number[];
  /** Taken out of a page after it was cut from the list. */
  hidden: (item: Item) => boolean;
  /** Before each answer, with how many requests came before. */
  onRequest: (count: number) => void;
  /** What to answer instead, by how many requests came before. */
  instead: (count: number) => { status: number; body: string } | undefined;
  /** `page=…&size=…` of each request. */
  requests: string[];
}

/** Ends automatically after the test. `reset` makes it a server of other items, without oddities. */
export async function createListServer<Item>(items: Item[], options: Partial<TrackunitOptions> = {}) {
  const fresh = () => ({
    saysTotal: (length: number) => length,
    maxSize: 1_000,
    silentCap: false,
    sizes: [],
    hidden: () => false,
    onRequest: () => undefined,
    instead: () => undefined,
    requests: [],
  });
  const list: ListServer<Item> = { items, ...fresh() };
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? "/", "http://list").searchParams;
    list.onRequest(list.requests.length);
    const [page, size] = [Number(query.get("page")), Number(query.get("size"))];
    const { status, body } = list.instead(list.requests.length) ?? answerOf(list, page, size);
    list.requests.push(`page=${query.get("page")}&size=${query.get("size")}`);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trackunit = createTrackunit({ apiUrl, dispatcher, getAccessToken: async () => "token", ...options });
  const reset = (others: Item[]) => Object.assign(list, { items: others, ...fresh() });
  return { list, client: trackunit(asInstallationId("list")), reset };
}

function answerOf<Item>(list: ListServer<Item>, page: number, asked: number) {
  const { items, saysTotal, maxSize, silentCap, sizes, hidden } = list;
  if (sizes.length > 0 && !sizes.includes(asked)) return { status: 400, body: "{}" };
  const size = Math.min(asked, maxSize);
  const content = items.slice(page * size, (page + 1) * size).filter((item) => !hidden(item));
  const totalElements = saysTotal(items.length);
  const totalPages = totalElements === undefined ? undefined : Math.ceil(totalElements / size);
  const body = {
    totalElements,
    totalPages,
    ...(silentCap ? {} : { size }),
    number: page,
    content,
  };
  return { status: 200, body: JSON.stringify(body) };
}
