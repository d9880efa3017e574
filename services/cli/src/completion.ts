// `completion`: the scripts that let bash, zsh and fish complete our commands, made by @bomb.sh/tab.

import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** Last of all: it looks at the commands that are there. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: "completion" });
  program.commands
    .find((command) => command.name() === "completion")
    ?.summary("Print the script that completes commands in a shell")
    .addHelpText(
      "after",
      `
Examples:
  $ fleetkeeper completion bash > /etc/bash_completion.d/fleetkeeper
  $ fleetkeeper completion zsh > "\${fpath[1]}/_fleetkeeper"
  $ fleetkeeper completion fish > ~/.config/fish/completions/fleetkeeper.fish`,
    );
}
