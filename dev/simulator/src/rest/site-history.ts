// `GET /api/site/v1/sites/history`: when the named assets (100 at most) entered and left their sites.
import { siteVisits } from "../fleet/site-visits.ts";
import { badField } from "../http/answers.ts";
import { isAnswer, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiRoute } from "../http/route.ts";
import { timeWindow } from "../http/time-window.ts";
import type { World } from "../world.ts";

const maxAssets = 100;
const weekMs = 7 * 86_400_000;

export function siteHistory(world: World): ApiRoute {
  return {
    method: "GET",
    url: "/api/site/v1/sites/history",
    operations: "rest.site-history",
    handle: ({ request, account, faults }) => {
      const query = request.query as { assetIds?: string | string[]; fromTime?: string; toTime?: string };
      const page = pageRequest(query, 50);
      if (isAnswer(page)) return page;
      const now = world.now();
      const window = timeWindow(query, { from: new Date(now.getTime() - weekMs), to: now });
      if (isAnswer(window)) return window;
      const assetIds = [query.assetIds ?? []].flat().flatMap((text) => text.split(",").filter(Boolean));
      if (assetIds.length === 0 || assetIds.length > maxAssets) {
        return badField("assetIds", `must name 1 to ${maxAssets} assets`);
      }
      const visits = assetIds
        .flatMap((id) => account.asset(id) ?? [])
        .flatMap((asset) => siteVisits(account.visitSeed, asset, window.from, window.to, now));
      return pageAnswer(page, visits.length, faults, (from, count) => visits.slice(from, from + count));
    },
  };
}
