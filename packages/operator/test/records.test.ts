import { asInstallationId } from "@fleetkeeper/model";
import type { RecordRow } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { cellOf, columnsOf, recordFile } from "../src/index.ts";
import { csvLine } from "../src/records.ts";

const at = new Date("2026-03-01T00:00:00Z");
const row = (externalId: string, data: unknown): RecordRow => ({
  installationId: asInstallationId("@a.b.1"),
  externalId,
  data,
  firstSeenAt: at,
  updatedAt: at,
  deletedAt: null,
});
const query = { resource: "assets", whose: { installationId: asInstallationId("@a.b.1") } };

test("columns are the plain values two levels deep, and each cell is found by its path", () => {
  const data = { id: "1", name: "A", brand: { name: "B", deep: { x: 1 } }, list: [1], none: null };
  expect(columnsOf([{ data }, { data: { later: true } }, { data: "text" }])).toEqual([
    "name",
    "brand.name",
    "none",
    "later",
  ]);
  expect(
    ["name", "brand.name", "list", "none", "no.such", "constructor"].map((path) => cellOf(data, path)),
  ).toEqual(["A", "B", "[1]", "", "", ""]);
});

test("a file has every page, and its CSV holds marks, lines and formulas as text", async () => {
  const pages = [
    { rows: [row("1", { name: '=cmd|"x"', n: -5 })], next: "2" },
    { rows: [], next: "3" },
    { rows: [row("2", { name: "a,\nb" })], next: undefined },
  ];
  const records = { page: async () => pages.shift() ?? { rows: [], next: undefined } };
  let text = "";
  for await (const piece of recordFile(records, query, "csv")) text += piece;
  const time = '"2026-03-01T00:00:00.000Z"';
  expect(text.split("\r\n")).toEqual([
    '"id","firstSeenAt","updatedAt","deletedAt","name","n","data"',
    `"1",${time},${time},"","'=cmd|""x""","-5","{""name"":""=cmd|\\""x\\"""",""n"":-5}"`,
    `"2",${time},${time},"","a,\nb","","{""name"":""a,\\nb""}"`,
    "",
  ]);
});

test.each(["=1+1", " =1+1", "\ufeff=1+1", "\uff1d1+1", "\uff0b1+1", "@SUM(1)", "\n=1+1", "\t=1+1"])(
  "%j is not a formula in a CSV",
  (cell) => {
    expect(csvLine([cell])).toBe(`"'${cell}"\r\n`);
  },
);
