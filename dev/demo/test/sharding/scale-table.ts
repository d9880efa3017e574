// The table of docs/scale.md that says which queries reach which shards.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownCollections } from "@fleetkeeper/model";
import { root } from "../variables.ts";
import { type Query, type Reach, reaches } from "./queries-of.ts";

const path = join(root, "docs/scale.md");
const [begin, end] = ["<!-- queries -->\n\n", "\n\n<!-- /queries -->"];
/** Each sync's resource has a collection, and all are asked alike. */
const records = "records";

/** What the table says. */
export function documentedQueries(): Query[] {
  const [, rest = ""] = readFileSync(path, "utf8").split(begin);
  const [table = ""] = rest.split(end);
  return table
    .split("\n")
    .slice(2)
    .flatMap((line) => {
      const [collection = "", ...cells] = line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", ""));
      return reaches.flatMap((reach, index) =>
        (cells[index] ?? "")
          .split("; ")
          .filter((what) => what !== "")
          .map((what) => ({ collection, what, reach })),
      );
    });
}

/** Each once, with the collections of records as one. */
export function distinctQueries(queries: readonly Query[]): Query[] {
  const own = new Set<string>(ownCollections);
  const byText = new Map<string, Query>();
  for (const query of queries) {
    const collection = own.has(query.collection) ? query.collection : records;
    byText.set(`${collection} ${query.what} ${query.reach}`, { ...query, collection });
  }
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, query]) => query);
}

/** Writes the table again, with these in it too. */
export function writeQueries(added: readonly Query[]): void {
  const queries = distinctQueries([...documentedQueries(), ...added]);
  const cellOf = (collection: string, reach: Reach) =>
    queries
      .filter((query) => query.collection === collection && query.reach === reach)
      .map(({ what }) => `\`${what}\``)
      .join("; ");
  const rows = [
    ["collection", "one shard", "an account's", "one for each id", "all"],
    ...[...new Set(queries.map(({ collection }) => collection))].map((collection) => [
      `\`${collection}\``,
      ...reaches.map((reach) => cellOf(collection, reach)),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  const text = readFileSync(path, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const [, after = ""] = rest.split(end);
  writeFileSync(path, `${before}${begin}${lines.join("\n")}${end}${after}`);
}
