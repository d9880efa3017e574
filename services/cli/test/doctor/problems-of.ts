// What the doctor finds wrong in a world.

import { expect } from "vitest";
import type { World } from "../world.ts";

interface Finding {
  check: string;
  code: string;
  level: string;
  says: string;
  advice?: string;
}

/** What it finds wrong, by code; where that is something, the exit code says so. */
export async function problemsOf(world: World, checks: string[], extra: Record<string, string> = {}) {
  const only = checks.length === 0 ? [] : ["--only", ...checks];
  const { code, json } = await world.cli(["doctor", "--json", ...only], extra);
  const { findings } = json() as { findings: Finding[] };
  const problems = findings.filter(({ level }) => level === "problem");
  expect(code).toBe(problems.length > 0 ? 4 : 0);
  for (const { advice } of problems) expect(advice).toMatch(/[A-Z].*\.$/);
  return { findings, problems, codes: problems.map((finding) => finding.code) };
}
