// The report of many sequences, in Markdown.

import { readFile, writeFile } from "node:fs/promises";

export interface Tried {
  firstSeed: number;
  seconds: number;
  /** How often each thing happened; `sequences`: how many held. */
  counts: Readonly<Record<string, number>>;
  /** What failed, with fast-check's counterexample. */
  failures: readonly string[];
}

export function reportOf({ firstSeed, seconds, counts, failures }: Tried): string {
  const { sequences = 0, ...things } = counts;
  const rows: [string, number][] = [
    ["first seed", firstSeed],
    ["sequences in which all invariants hold", sequences],
    ["sequences that failed", failures.length],
    ["seconds", seconds],
    ...Object.entries(things).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  // As Biome formats a table.
  const left = Math.max(...rows.map(([name]) => name.length));
  const right = Math.max(...rows.map(([, count]) => String(count).length));
  return `${[
    `| ${"".padEnd(left)} | ${"".padEnd(right)} |`,
    `| ${"-".repeat(left)} | ${"-".repeat(right - 1)}: |`,
    ...rows.map(([name, count]) => `| ${name.padEnd(left)} | ${String(count).padStart(right)} |`),
    ...failures.map((failure) => `\n\`\`\`\n${failure}\n\`\`\``),
  ].join("\n")}\n`;
}

/** What the file says before the mark stays. */
export async function keepReport(path: string, report: string): Promise<void> {
  const mark = "<!-- report -->\n";
  const [before = "", ...behind] = (await readFile(path, "utf8").catch(() => "")).split(mark);
  await writeFile(path, behind.length === 0 ? report : `${before}${mark}\n${report}`);
}
