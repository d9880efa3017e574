// `pnpm bench --plots docs/plots`: measures cost against accounts, records and processes, keeps the numbers
// and draws them; with `--draw` it draws the kept ones again.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Circumstances, captionOf, type Plot, svgOf } from "@fleetkeeper/bench";
import { accountsPlots } from "./curves/accounts.ts";
import { processesPlots } from "./curves/processes.ts";
import { recordsPlots } from "./curves/records.ts";

type MeasuredPlots = Circumstances & { plots: Plot[] };

const curves = { records: recordsPlots, accounts: accountsPlots, processes: processesPlots };

export async function measurePlots(rounds: number): Promise<Plot[]> {
  const plots: Plot[] = [];
  for (const [name, measure] of Object.entries(curves)) {
    console.error(`against ${name} …`);
    plots.push(...(await measure(rounds)));
  }
  return plots;
}

export function keepPlots(folder: string, measured: MeasuredPlots): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "measured.json"), `${JSON.stringify(measured, null, 2)}\n`);
  drawPlots(folder);
}

export function drawPlots(folder: string): void {
  const measured: MeasuredPlots = JSON.parse(readFileSync(join(folder, "measured.json"), "utf8"));
  for (const plot of measured.plots)
    writeFileSync(join(folder, `${plot.name}.svg`), svgOf(plot, captionOf(measured)));
}
