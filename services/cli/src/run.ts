// Runs the command line that the process was started with, and sets its exit code.

import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { createOutput } from "./output/output.ts";
import { createProgram } from "./program.ts";

export async function run(): Promise<void> {
  // A reader that has seen enough, such as `head`, is not a failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });

  const json = process.argv.includes("--json");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  try {
    await createProgram(version).parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    // Help that was asked for, or shown where a command was left out, has said it all.
    if (error.exitCode !== 0 && (json || error.code !== "commander.help")) {
      const message = error.message.replace(/^error: /, "").replace("(outputHelp)", "a command is missing");
      createOutput({ json, stdout: process.stdout, stderr: process.stderr }).fault({
        code: "ERR_USAGE",
        message,
        advice: undefined,
        exitCode: exitCodes.usage,
      });
    }
  }
}
