// The life of the board: environment → config → build → run → close in reverse.

import { configure, runService } from "@fleetkeeper/runtime";
import { createLog } from "@fleetkeeper/telemetry";
import { readConfig } from "./config.ts";
import { startBoard } from "./start-board.ts";

export async function run(): Promise<void> {
  const config = configure(readConfig);
  const log = createLog({ service: "board", level: config.logLevel });

  await runService({ log }, async (defer) => {
    await startBoard(config, log, defer);
  });
}
