// When assets entered and left sites, by REST: the API wants to be told which assets, so each page is one of
// assets and holds their visits.

import { defineSync, type Page, type PageOptions, type TrackunitClient } from "@fleetkeeper/syncs";
import { z } from "zod";

const hourMs = 3_600_000;

const visit = z.looseObject({
  siteId: z.string().min(1),
  assetId: z.string().min(1),
  enteredAt: z.iso.datetime(),
});

/** The cursor is that of the assets; a page of them is read to the end before it is handed on. */
async function* visitPages(client: TrackunitClient, options: PageOptions): AsyncGenerator<Page> {
  const assets = { family: "assets", path: "/api/asset/v1/assets", sort: "id" };
  for await (const page of client.restPages(assets, options)) {
    const assetIds = page.items.flatMap(
      (item) => z.object({ id: z.string() }).safeParse(item).data?.id ?? [],
    );
    const items = await visitsOf(client, assetIds, options);
    yield { ...page, items };
  }
}

async function visitsOf(client: TrackunitClient, assetIds: string[], options: PageOptions) {
  if (assetIds.length === 0) return [];
  const query = {
    assetIds: assetIds.join(","),
    fromTime: options.window?.from.toISOString() ?? "",
    toTime: options.window?.to.toISOString() ?? "",
  };
  const history = { family: "site-history", path: "/api/site/v1/sites/history", query };
  const visits: unknown[] = [];
  for await (const { items } of client.restPages(history, { ...options, from: null })) visits.push(...items);
  return visits;
}

export const siteVisits = defineSync({
  name: "site-visits",
  resource: "siteVisits",
  scopes: ["asset.view", "site.view"],
  intervalMs: hourMs,
  pageSize: 50,
  deletions: "never",
  // A visit is found by when it began, and its end is added later: a day's overlap reads it again.
  window: { lookbackMs: 7 * 24 * hourMs, overlapMs: 24 * hourMs },
  pages: visitPages,
  item: visit,
  idOf: ({ assetId, enteredAt }) => `${assetId}/${enteredAt}`,
});
