// `GET /api/location/v1/locations`: the latest location of every asset, in order of asset id.
import { isAnswer, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiRoute } from "../http/route.ts";
import { restLocation } from "./render.ts";

export const locationList: ApiRoute = {
  method: "GET",
  url: "/api/location/v1/locations",
  operations: "rest.locations",
  limit: ({ query }) => ({ name: "locations", part: (query as { page?: string }).page ?? "0" }),
  handle: ({ request, account, faults }) => {
    const page = pageRequest(request.query);
    if (isAnswer(page)) return page;
    const { assets } = account.records;
    return pageAnswer(page, assets.size, faults, (from, count) =>
      assets.slice(from, count).map(restLocation),
    );
  },
};
