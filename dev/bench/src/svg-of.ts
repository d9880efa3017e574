// A plot as SVG: lines over values that double or so from point to point, with the spread of the rounds.

import type { Spread } from "./row.ts";

export interface Plot {
  /** Of its file, without the ending. */
  name: string;
  title: string;
  xLabel: string;
  lines: { name: string; points: { x: number; y: Spread }[] }[];
  /** The command that makes it. */
  command: string;
}

const [width, height] = [640, 360];
const box = { left: 60, top: 48, right: 460, bottom: 276 };
const colours = ["#0072b2", "#d55e00", "#009e73"];
const labelHeight = 16;

/** `caption`: when and on what it was measured. x is drawn by its logarithm, y from zero. */
export function svgOf({ title, xLabel, lines, command }: Plot, caption: string): string {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const [least, most] = [xs[0] ?? 1, xs.at(-1) ?? 1];
  const step = roundStep(Math.max(...points.map(({ y }) => y.most)) / 4);
  const top = step * Math.max(1, Math.ceil(Math.max(...points.map(({ y }) => y.most)) / step));
  const atX = (x: number) =>
    box.left +
    12 +
    (box.right - box.left - 24) * (most > least ? Math.log(x / least) / Math.log(most / least) : 0);
  const atY = (y: number) => box.bottom - ((box.bottom - box.top) * y) / top;
  const yTicks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const parts = [
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 24, title, 'font-weight="bold" font-size="14"'),
    ...yTicks.flatMap((y) => [
      line(box.left, atY(y), box.right, atY(y), "#ddd"),
      text(box.left - 8, atY(y) + 4, short(y), 'text-anchor="end"'),
    ]),
    ...xs.map((x) => text(atX(x), box.bottom + 18, x.toLocaleString("en"), 'text-anchor="middle"')),
    text((box.left + box.right) / 2, box.bottom + 38, xLabel, 'text-anchor="middle"'),
    ...lines.flatMap(({ points: own }, index) =>
      drawn(own, colours[index % colours.length] ?? "#000", atX, atY),
    ),
    ...labels(lines, atY),
    text(16, height - 24, command, 'font-family="monospace" font-size="11"'),
    text(16, height - 8, caption, 'font-size="11" fill="#555"'),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function drawn(
  points: Plot["lines"][number]["points"],
  colour: string,
  atX: (x: number) => number,
  atY: (y: number) => number,
): string[] {
  const path = points.map(({ x, y }) => `${short(atX(x))},${short(atY(y.median))}`).join(" ");
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.flatMap(({ x, y }) => [
      line(atX(x), atY(y.least), atX(x), atY(y.most), colour),
      `<circle cx="${short(atX(x))}" cy="${short(atY(y.median))}" r="3.5" fill="${colour}"/>`,
    ]),
  ];
}

/** Beside each line's end; those that would touch are moved down. */
function labels(lines: Plot["lines"], atY: (y: number) => number): string[] {
  const ends = lines
    .map(({ name, points }, index) => ({ name, index, at: atY(points.at(-1)?.y.median ?? 0) + 4 }))
    .sort((a, b) => a.at - b.at);
  let free = 0;
  return ends.map(({ name, index, at }) => {
    const placed = Math.max(at, free);
    free = placed + labelHeight;
    return text(box.right + 8, placed, name, `fill="${colours[index % colours.length]}"`);
  });
}

/** 1, 2 or 5 times a power of ten, not below. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted || 1));
  return power * ([1, 2, 5].find((factor) => factor * power >= wanted) ?? 10);
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  const at = [x1, y1, x2, y2].map(short);
  return `<line x1="${at[0]}" y1="${at[1]}" x2="${at[2]}" y2="${at[3]}" stroke="${colour}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${short(x)}" y="${short(y)}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function short(number: number): string {
  return String(Number(number.toPrecision(4)));
}
