import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { captionOf, svgOf } from "../src/index.ts";

const folder = join(import.meta.dirname, "../../../docs/plots");
const flat = (median: number) => ({ median, least: median, most: median });

test("y begins at zero and is drawn in round steps, and x keeps its ratios", () => {
  const points = [10, 20, 40].map((x) => ({ x, y: flat(x * 1.7) }));
  const svg = svgOf(
    { name: "a", title: "ms < 1", xLabel: "x", command: "pnpm bench", lines: [{ name: "ours", points }] },
    "here",
  );
  expect([...svg.matchAll(/text-anchor="end">([^<]+)/g)].map(([, tick]) => tick)).toEqual([
    ...["0", "20", "40", "60", "80"],
  ]);
  const xs = [...svg.matchAll(/<circle cx="([^"]+)"/g)].map(([, x]) => Number(x));
  expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBeCloseTo((xs[2] ?? 0) - (xs[1] ?? 0));
  expect(svg).toContain("ms &#60; 1");
  expect(svg).toContain("pnpm bench");
});

test("names of lines that end at one place do not cover each other", () => {
  const lines = ["one", "two", "three"].map((name) => ({ name, points: [{ x: 1, y: flat(5) }] }));
  const svg = svgOf({ name: "a", title: "", xLabel: "", command: "", lines }, "");
  const ys = [...svg.matchAll(/<text x="468" y="([^"]+)"/g)].map(([, y]) => Number(y));
  expect(ys).toHaveLength(3);
  expect(ys.slice(1).map((y, index) => y - (ys[index] ?? 0))).toEqual([16, 16]);
});

test("the plots of the documents are drawn from what was measured", () => {
  const measured = JSON.parse(readFileSync(join(folder, "measured.json"), "utf8"));
  const drawn = measured.plots.map((plot: Parameters<typeof svgOf>[0]) => `${plot.name}.svg`);
  expect(readdirSync(folder).sort()).toEqual(["measured.json", ...drawn].sort());
  for (const plot of measured.plots)
    expect(readFileSync(join(folder, `${plot.name}.svg`), "utf8")).toBe(svgOf(plot, captionOf(measured)));
});
