// What axe-core finds wrong with the page that is open: WCAG 2.2 A and AA, and its best practices.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** One line for each element that breaks a rule. */
export async function accessibilityFaultsOf(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const { violations } = (await page.evaluate("axe.run()")) as Found;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
