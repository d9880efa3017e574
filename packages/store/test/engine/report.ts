// The report of many sequences, in Markdown. Several goes add up in one file.

import { readFile, writeFile } from "node:fs/promises";

export interface Tried {
  firstSeed: number;
  seconds: number;
  /** How often each thing happened; `sequences`: how many held. */
  counts: Readonly<Record<string, number>>;
  /** What failed, with fast-check's counterexample. */
  failures: readonly string[];
}

const seeds = "first seeds";
const held = "sequences in which all invariants hold";
const failed = "sequences that failed";
const mark = "<!-- report -->\n";

export function reportOf({ firstSeed, seconds, counts, failures }: Tried, earlier = ""): string {
  const { sequences = 0, ...things } = counts;
  const now = {
    [seeds]: String(firstSeed),
    [held]: sequences,
    [failed]: failures.length,
    seconds,
    ...things,
  };
  const { rows, blocks } = read(earlier);
  for (const [name, value] of Object.entries(now)) {
    const before = rows.get(name);
    rows.set(
      name,
      typeof value === "number"
        ? Number(before ?? 0) + value
        : [before, value].flatMap((part) => part ?? []).join(", "),
    );
  }
  return `${[table(rows), ...blocks, ...failures.map((failure) => `\n\`\`\`\n${failure}\n\`\`\``)].join("\n")}\n`;
}

/** What the file says before the mark stays; the report behind it is added to. */
export async function keepReport(path: string, tried: Tried): Promise<void> {
  const [before = "", ...behind] = (await readFile(path, "utf8").catch(() => "")).split(mark);
  await writeFile(
    path,
    behind.length === 0 ? reportOf(tried) : `${before}${mark}\n${reportOf(tried, behind.join(""))}`,
  );
}

function read(report: string) {
  const cells = [...report.matchAll(/^\| (.+?) +\| +(.+?) \|$/gm)].filter(
    ([, name]) => name?.trim() && !name.startsWith("---"),
  );
  return {
    rows: new Map<string, string | number>(cells.map(([, name = "", value = ""]) => [name, value])),
    blocks: [...report.matchAll(/\n```\n[\s\S]*?\n```/g)].map(([block]) => block),
  };
}

/** As Biome formats it. */
function table(rows: ReadonlyMap<string, string | number>): string {
  const first = [seeds, held, failed, "seconds"];
  const sorted = [...rows].sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
  const left = Math.max(...sorted.map(([name]) => name.length));
  const right = Math.max(...sorted.map(([, value]) => String(value).length));
  return [
    `| ${"".padEnd(left)} | ${"".padEnd(right)} |`,
    `| ${"-".repeat(left)} | ${"-".repeat(right - 1)}: |`,
    ...sorted.map(([name, value]) => `| ${name.padEnd(left)} | ${String(value).padStart(right)} |`),
  ].join("\n");

  function place(name: string): number {
    return first.includes(name) ? first.indexOf(name) : first.length;
  }
}
