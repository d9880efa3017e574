import { expect, test } from "vitest";
import { queriesOf } from "./queries-of.ts";

const reachOf = (filter: object) => queriesOf({ find: "syncs", filter })[0]?.reach;
const account = "@org.app.7a1c";

test("a query goes to the shards that hold its ids", () => {
  expect(reachOf({ _id: `${account}/assets`, fencingToken: 3 })).toBe("one");
  expect(reachOf({ _id: { $in: ["a", "b"] } })).toBe("each id");
  expect(reachOf({ _id: { $gte: `${account}/`, $lt: `${account}0` } })).toBe("account");
  expect(reachOf({ $and: [{ state: "active" }, { _id: `${account}` }] })).toBe("one");
});

test("a query without a bound on the id goes to every shard, and so does one with such an alternative", () => {
  expect(reachOf({})).toBe("all");
  expect(reachOf({ nextRunAt: { $lte: new Date() } })).toBe("all");
  expect(reachOf({ _id: { $gt: `${account}/` } })).toBe("all");
  expect(reachOf({ _id: { $gte: "@org.app.", $lt: "@org.app.~" } })).toBe("all");
  expect(reachOf({ $or: [{ _id: account }, { state: "active" }] })).toBe("all");
});

test("each write of a command counts, by the fields that it asks by", () => {
  const update = { update: "assets", updates: [{ q: { _id: 1, hash: 2 } }, { q: { deletedAt: null } }] };
  expect(queriesOf(update)).toEqual([
    { collection: "assets", what: "update(_id, hash)", reach: "one" },
    { collection: "assets", what: "update(deletedAt)", reach: "all" },
  ]);
  expect(queriesOf({ insert: "audit", documents: [{ _id: "a" }] })).toMatchObject([{ reach: "one" }]);
  expect(queriesOf({ getMore: 1n, collection: "syncs" })).toEqual([]);
});
