// A compact table: columns two spaces apart, as wide as their widest cell, colours not counted. Where a
// terminal is too narrow for that, ids are shortened, then columns are left out that may be; where that does
// not suffice, each row becomes a block of lines, with everything in it.

import stringWidth from "string-width";
import type { Paint } from "./style.ts";

/**
 * Without rows: nothing. `width`: of the terminal, in columns. `spare`: heads of what may be left out, the
 * first to go first.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
  spare: readonly string[] = [],
): string {
  if (rows.length === 0) return "";
  const shortened = rows.map((row) => row.map(shortenIds));
  if (widthOf(heads, rows) <= width) return lines(heads, rows, paint);
  for (let dropped = 0; dropped <= spare.length; dropped++) {
    const left = without(spare.slice(0, dropped), heads, shortened);
    if (widthOf(left.heads, left.rows) <= width) return lines(left.heads, left.rows, paint);
  }
  return rows.map((row) => fields(pairsOf(heads, row), paint)).join("\n\n");
}

function without(names: readonly string[], heads: readonly string[], rows: readonly (readonly string[])[]) {
  const isLeft = (_: string, column: number) => !names.includes(heads[column] ?? "");
  return { heads: heads.filter(isLeft), rows: rows.map((row) => row.filter(isLeft)) };
}

/** Names and values below each other. */
export function fields(pairs: readonly (readonly [name: string, value: string])[], paint: Paint): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${paint("quiet", name.padEnd(width))}  ${value}`).join("\n");
}

function lines(heads: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = widthsOf(heads, rows);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => `${cell}${" ".repeat((widths[column] ?? 0) - stringWidth(cell))}`)
      .join("  ")
      .trimEnd();
  return [paint("quiet", line(heads.map((head) => head.toUpperCase()))), ...rows.map(line)].join("\n");
}

function widthsOf(heads: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return heads.map((head, column) =>
    Math.max(stringWidth(head), ...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
}

function widthOf(heads: readonly string[], rows: readonly (readonly string[])[]): number {
  return widthsOf(heads, rows).reduce((sum, width) => sum + width + 2, -2);
}

/** What is left begins the id: commands take that, too. */
function shortenIds(cell: string): string {
  return cell.replace(/\b([0-9a-f]{8}-[0-9a-f]{4})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "$1…");
}

function pairsOf(heads: readonly string[], row: readonly string[]): [name: string, value: string][] {
  return heads.flatMap((head, column) => (row[column] ? [[head.toUpperCase(), row[column]]] : []));
}
