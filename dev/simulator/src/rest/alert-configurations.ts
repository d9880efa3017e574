// `GET /api/alerts/v1/configurations`: the rules that raise alerts.
import { isAnswer, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiRoute } from "../http/route.ts";

export const alertConfigurationList: ApiRoute = {
  method: "GET",
  url: "/api/alerts/v1/configurations",
  operations: "rest.alert-configurations",
  limit: () => ({ name: "alert-configurations" }),
  handle: ({ request, account, faults }) => {
    const page = pageRequest(request.query);
    if (isAnswer(page)) return page;
    const { alertConfigurations } = account.records;
    return pageAnswer(page, alertConfigurations.size, faults, (from, count) =>
      alertConfigurations.slice(from, count),
    );
  },
};
