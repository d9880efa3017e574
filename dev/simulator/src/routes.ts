// Everything that the simulated Trackunit serves.
import type { FastifyInstance } from "fastify";
import { aempFleet } from "./aemp/fleet-page.ts";
import { tokenRoute } from "./apptoken/token-endpoint.ts";
import { jwksRoute } from "./callback/jwks-endpoint.ts";
import { graphqlRoute, webAppRoute } from "./graphql/graphql-endpoint.ts";
import { withToken } from "./http/route.ts";
import { addRoute } from "./http/serve.ts";
import { accountOfToken } from "./rest/account.ts";
import { alertConfigurationList } from "./rest/alert-configurations.ts";
import { assetList } from "./rest/asset-list.ts";
import { eventLog } from "./rest/event-log.ts";
import { locationList } from "./rest/location-list.ts";
import { siteHistory } from "./rest/site-history.ts";
import { oneSite, siteList } from "./rest/sites.ts";
import { timeSeries } from "./rest/time-series.ts";
import type { World } from "./world.ts";

export function addRoutes(server: FastifyInstance, world: World): void {
  for (const route of [jwksRoute(world), tokenRoute(world), webAppRoute(world)])
    addRoute(server, world, route);
  const withTokens = [
    graphqlRoute(world),
    accountOfToken,
    assetList,
    locationList,
    siteList,
    oneSite(world),
    siteHistory(world),
    alertConfigurationList,
    eventLog(world),
    timeSeries(world),
    aempFleet,
  ];
  for (const route of withTokens) addRoute(server, world, withToken(world, route));
}
