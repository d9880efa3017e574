// A compact table: columns two spaces apart, as wide as their widest cell, colours not counted.

import stringWidth from "string-width";
import type { Paint } from "./style.ts";

/** Without rows: nothing. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  if (rows.length === 0) return "";
  const widths = heads.map((head, column) =>
    Math.max(stringWidth(head), ...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => `${cell}${" ".repeat((widths[column] ?? 0) - stringWidth(cell))}`)
      .join("  ")
      .trimEnd();
  return [paint("quiet", line(heads.map((head) => head.toUpperCase()))), ...rows.map(line)].join("\n");
}

/** Names and values below each other. */
export function fields(pairs: readonly (readonly [name: string, value: string])[], paint: Paint): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${paint("quiet", name.padEnd(width))}  ${value}`).join("\n");
}
