// Findings for a person to read: one line each, and below a bad one what to do.

import { counted } from "@fleetkeeper/operator";
import type { Paint, Tone } from "../output/style.ts";
import type { CheckFinding, Finding } from "./finding.ts";

const marks: Record<Finding["level"], { mark: string; tone: Tone }> = {
  ok: { mark: "✓", tone: "good" },
  warning: { mark: "!", tone: "wait" },
  problem: { mark: "✗", tone: "bad" },
  skipped: { mark: "-", tone: "quiet" },
};

export function findingsInWords(findings: readonly CheckFinding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  let before = "";
  const lines = findings.map(({ check, level, says, advice }) => {
    const { mark, tone } = marks[level];
    const head = check === before ? " ".repeat(width) : check.padEnd(width);
    before = check;
    const line = `${paint("quiet", head)}  ${paint(tone, `${mark} ${says}`)}`;
    return advice === undefined ? line : `${line}\n${" ".repeat(width + 4)}${advice}`;
  });
  return [...lines, "", verdict(findings, paint)].join("\n");
}

function verdict(findings: readonly Finding[], paint: Paint): string {
  const count = (level: Finding["level"]) => findings.filter((finding) => finding.level === level).length;
  const problems = count("problem");
  const said = `${counted(problems, "problem")}, ${counted(count("warning"), "warning")}`;
  return problems > 0 ? paint("bad", said) : paint("good", said);
}
