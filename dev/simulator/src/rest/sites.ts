// `GET /api/site/v1/sites` and one of them; a site of another account is 403, an unknown one 404.
import { apiError, json } from "../http/answers.ts";
import { isAnswer, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiRoute } from "../http/route.ts";
import type { World } from "../world.ts";
import { restSite } from "./render.ts";

export const siteList: ApiRoute = {
  method: "GET",
  url: "/api/site/v1/sites",
  operations: "rest.sites",
  handle: ({ request, account, faults }) => {
    const page = pageRequest(request.query);
    if (isAnswer(page)) return page;
    const { sites } = account.records;
    return pageAnswer(page, sites.size, faults, (from, count) => sites.slice(from, count).map(restSite));
  },
};

export function oneSite(world: World): ApiRoute {
  return {
    method: "GET",
    url: "/api/site/v1/sites/:id",
    operations: "rest.site",
    handle: ({ request, account }) => {
      const { id } = request.params as { id: string };
      const site = account.records.sites.find(id);
      if (site) return json(200, restSite(site));
      const foreign = world.accounts.all().some(({ records }) => records.sites.positionOf(id) !== undefined);
      return foreign
        ? apiError(403, "Not visible to this account.")
        : apiError(404, "There is no such site.");
    },
  };
}
