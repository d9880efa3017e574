// The operating hours of each asset, by the time series of REST: one request for each item of a list.

import { defineSync, type Page, type PageOptions, type TrackunitClient } from "@fleetkeeper/syncs";
import { z } from "zod";

/** An answer of Prometheus: values are text, times are seconds; no data is an empty result. */
const answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** The cursor is that of the assets. */
async function* hoursPages(client: TrackunitClient, options: PageOptions): AsyncGenerator<Page> {
  const assets = { family: "assets", path: "/api/asset/v1/assets", sort: "id" };
  for await (const page of client.restPages(assets, options)) {
    const items: unknown[] = [];
    for (const item of page.items) {
      const id = z.object({ id: z.string() }).safeParse(item).data?.id;
      if (id !== undefined) items.push(...(await hoursOf(client, id, options.signal)));
    }
    yield { ...page, items };
  }
}

/** None for an asset that this account may not see, or that has no hours. */
async function hoursOf(client: TrackunitClient, assetId: string, signal: AbortSignal): Promise<unknown[]> {
  const path = `/api/time-series/v1/assets/${encodeURIComponent(assetId)}/prometheus/api/v1/query`;
  const query = {
    query: "machine_insight_cumulative_operating_hours",
    time: String(Math.floor(Date.now() / 1_000)),
  };
  const found = await client.sendForItem({ family: "time-series", path, query }, signal);
  if (found.outcome !== "given") return [];
  const parsed = answer.safeParse(found.item);
  // What does not look like an answer is handed on: `item` sets it aside, and the rest of the page continues.
  if (!parsed.success) return [{ assetId, unreadable: found.item }];
  // The requested moment is left out: it differs in every pass, and each record would be written again.
  return parsed.data.data.result
    .slice(0, 1)
    .map(({ value: [, hours] }) => ({ assetId, hours: Number(hours) }));
}

export const operatingHours = defineSync({
  name: "operating-hours",
  resource: "operatingHours",
  scopes: ["asset.view"],
  intervalMs: 3_600_000,
  pageSize: 100,
  deletions: "complete-pass",
  pages: hoursPages,
  item: z.object({ assetId: z.string().min(1), hours: z.number() }),
  idOf: ({ assetId }) => assetId,
});
