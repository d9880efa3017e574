import { styleText } from "node:util";
import { expect, test } from "vitest";
import { table } from "../../src/output/table.ts";

const plain = (_tone: string, text: string) => text;
const red = (text: string) => styleText("red", text, { validateStream: false });

test("columns are as wide as their widest cell, colours and wide letters counted as they show", () => {
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
