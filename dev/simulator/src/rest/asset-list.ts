// `GET /api/asset/v1/assets`: by page number (`page`, `size`, `sort`) or, with `limit` or `after`, by cursor.
import type { SimulatedAccount } from "../accounts/account.ts";
import type { Asset } from "../fleet/asset.ts";
import { decodeCursor, encodeCursor } from "../fleet/cursor.ts";
import { type Answer, badField, json } from "../http/answers.ts";
import { isAnswer, limitOf, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiCall, ApiRoute } from "../http/route.ts";
import { restAsset } from "./render.ts";

interface AssetQuery {
  limit?: string;
  after?: string;
  sort?: string;
}

export const assetList: ApiRoute = {
  method: "GET",
  url: "/api/asset/v1/assets",
  operations: "rest.assets",
  handle: (call) => {
    const query = call.request.query as AssetQuery;
    return query.limit === undefined && query.after === undefined
      ? byPage(call, query.sort)
      : byCursor(call, query);
  },
};

function byPage({ request, account, faults }: ApiCall, sort: string | undefined): Answer {
  const page = pageRequest(request.query);
  if (isAnswer(page)) return page;
  const { assets } = account.records;
  if (!sort)
    return pageAnswer(page, assets.size, faults, (from, count) => assets.slice(from, count).map(restAsset));
  const keys = sort.split(",");
  const unknown = keys.find((key) => !sortable.has(key.replace(/^-/, "")));
  if (unknown !== undefined) return badField("sort", `cannot sort by ${unknown}`);
  const sorted = sortedAssets(account, keys);
  return pageAnswer(page, sorted.length, faults, (from, count) =>
    sorted.slice(from, from + count).map(restAsset),
  );
}

function byCursor({ request, account, faults }: ApiCall, { after }: AssetQuery): Answer {
  const limit = limitOf(request.query);
  if (isAnswer(limit)) return limit;
  const cursor = after ? decodeCursor(after) : undefined;
  if (after && !cursor) return badField("after", "is not a cursor of this list");
  const { assets } = account.records;
  const lap = cursor?.lap ?? 0;
  const from = cursor?.id ? assets.positionAfter(cursor.id) : 0;
  const page = assets.slice(from, limit);
  const last = page.at(-1);
  const more = from + page.length < assets.size;
  let next = more && last ? encodeCursor({ id: last.id, lap }) : null;
  if (faults.has("endless")) next ??= encodeCursor({ id: "", lap: lap + 1 });
  if (faults.has("repeat-cursor") && after) next = after;
  const first = page[0] && from > 0 ? encodeCursor({ id: page[0].id, lap }) : null;
  return json(200, { before: first, after: next, limit, content: page.map(restAsset) });
}

const sortable = new Set<string>([
  "id",
  "name",
  "serialNumber",
  "assetType",
  "type",
  "brand",
  "model",
  "productionYear",
  "createdAt",
] satisfies (keyof Asset)[]);

/**
 * The whole fleet in another order than by id: built for each page, because only tests of small fleets ask
 * for it.
 */
function sortedAssets(account: SimulatedAccount, keys: string[]): Asset[] {
  return account.assets().sort((left, right) => {
    for (const key of keys) {
      const name = key.replace(/^-/, "") as keyof Asset;
      const order = compare(left[name], right[name]) * (key.startsWith("-") ? -1 : 1);
      if (order !== 0) return order;
    }
    return compare(left.id, right.id);
  });
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
}
