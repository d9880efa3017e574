import { styleText } from "node:util";
import { expect, test } from "vitest";
import { table } from "../../src/output/table.ts";

const plain = (_tone: string, text: string) => text;
const red = (text: string) => styleText("red", text, { validateStream: false });

test("columns are as wide as their widest cell, measured as displayed with colours and wide letters", () => {
  const rows = [
    ["a", red("bad"), "1"],
    ["日本", "ok", "2"],
  ];
  expect(table(["name", "is", "n"], rows, plain)).toBe(
    ["NAME  IS   N", `a     ${red("bad")}  1`, "日本  ok   2"].join("\n"),
  );
});

test("without rows there is no table", () => {
  expect(table(["name"], [], plain)).toBe("");
});

const wide = ["account", "app"];
const rows = [
  ["08def240-749c-4074-86a3-b472ebe526f8", "@a/b"],
  ["7b21c56b-a881-497e-8cbc-046f470144f0", ""],
];

test("where a terminal is too narrow, ids are shortened to a beginning that commands take", () => {
  expect(table(wide, rows, plain, 42)).toContain("08def240-749c-4074-86a3-b472ebe526f8  @a/b");
  expect(table(wide, rows, plain, 41)).toBe(
    ["ACCOUNT         APP", "08def240-749c…  @a/b", "7b21c56b-a881…"].join("\n"),
  );
});

test("optional columns are left out before rows become blocks", () => {
  expect(table(wide, rows, plain, 19, ["app"])).toBe(
    ["ACCOUNT", "08def240-749c…", "7b21c56b-a881…"].join("\n"),
  );
  expect(table(wide, rows, plain, 41, ["app"])).toContain("@a/b");
});

test("if that is not enough, each row becomes a block with all its values", () => {
  expect(table(wide, rows, plain, 19)).toBe(
    [
      "ACCOUNT  08def240-749c-4074-86a3-b472ebe526f8",
      "APP      @a/b",
      "",
      "ACCOUNT  7b21c56b-a881-497e-8cbc-046f470144f0",
    ].join("\n"),
  );
});
