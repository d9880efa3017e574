// `GET /public/api/aemp/v2/15143/-3/Fleet/{page}`: pages from 1, a hundred machines each; XML unless JSON is
// asked for.
import type { FastifyRequest } from "fastify";
import { type Answer, apiError, badField, json } from "../http/answers.ts";
import type { ApiCall, ApiRoute } from "../http/route.ts";
import { aempEquipment } from "./equipment.ts";
import { type FleetPage, fleetXml } from "./fleet-xml.ts";

const pageSize = 100;
const path = "/public/api/aemp/v2/15143/-3/Fleet";

export const aempFleet: ApiRoute = {
  method: "GET",
  url: `${path}/:page`,
  operations: "aemp.fleet",
  limit: ({ url }) => ({ name: "aemp-fleet", part: url }),
  handle: fleetPage,
};

function fleetPage({ request, account, faults }: ApiCall): Answer {
  const { page: text } = request.params as { page: string };
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) return badField("page", "must be a whole number from 1");
  const { assets } = account.records;
  const pages = Math.max(1, Math.ceil(assets.size / pageSize));
  const endless = faults.has("endless");
  if (number > pages && !endless) return apiError(404, `The fleet has ${pages} pages.`);
  const position = ((number - 1) % pages) * pageSize;
  const page: FleetPage = {
    links: linksFor(request, number, pages, endless),
    equipment: assets.slice(position, pageSize).map(aempEquipment),
  };
  if (request.headers.accept?.includes("application/json")) return json(200, page);
  return { status: 200, contentType: "application/xml; charset=utf-8", body: fleetXml(page) };
}

function linksFor(
  request: FastifyRequest,
  number: number,
  pages: number,
  endless: boolean,
): FleetPage["links"] {
  const href = (page: number) => `${request.protocol}://${request.host}${path}/${page}`;
  const links = [{ rel: "self", href: href(number) }];
  if (number > 1) links.push({ rel: "prev", href: href(number - 1) });
  if (number < pages || endless) links.push({ rel: "next", href: href(number + 1) });
  links.push({ rel: "last", href: href(endless ? number + 1 : pages) });
  return links;
}
