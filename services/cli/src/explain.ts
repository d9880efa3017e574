// `explain`: what an error code means, and what to do.

import { Refusal, refusalCodes } from "@fleetkeeper/callbacks";
import { explain } from "@fleetkeeper/operator";
import type { Command } from "commander";
import { addCommand } from "./add-command.ts";
import { NothingFoundError } from "./errors.ts";
import { invoke } from "./invoke.ts";

export function addExplain(program: Command): void {
  addCommand(program, "explain", {
    arguments: { "<code>": "as pages, commands, answers and log lines show it" },
    summary: "Say what an error code means and what to do",
    details: "The same is in docs/errors.md and on the board's page /errors.",
    examples: ["explain ERR_API_FORBIDDEN"],
  }).action(
    invoke(async ({ output }, _options, given: string) => {
      const code = given.toUpperCase();
      const found = explain(code) ?? ofRefusal(code);
      if (found === undefined)
        throw new NothingFoundError("There is no such code here.", {
          advice: "docs/errors.md also has the codes of the board and the API.",
        });
      output.result({ code, ...found }, () => `${found.means}\n${found.advice}`);
    }),
  );
}

function ofRefusal(code: string): { means: string; advice: string } | undefined {
  const refusal = refusalCodes.find((one) => one === code);
  if (refusal === undefined) return undefined;
  const { status, message } = new Refusal(refusal).rule;
  return { means: `A callback was refused with ${status}.`, advice: `Its sender got: ${message}` };
}
