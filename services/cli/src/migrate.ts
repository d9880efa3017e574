// `migrate`: brings what earlier versions stored up to date, as a worker does it at its start.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { addCommand } from "./add-command.ts";
import { invoke } from "./invoke.ts";

const lookMs = 1_000;

export function addMigrate(program: Command): void {
  addCommand(program, "migrate", {
    summary: "Bring documents of earlier versions up to date, while services run; workers do it too",
    examples: ["migrate"],
  }).action(
    invoke(async ({ reach, output, signal, now }) => {
      const { migrations } = await reach.store();
      const { stored: from } = await migrations.version();
      const progress = output.progress("looking for documents of earlier versions");
      const holder = randomUUID();
      const onProgress = ({ what, done }: { what: string; done: number }) => progress.say(`${what}: ${done}`);
      try {
        while (!(await migrations.migrate({ holder, now, signal, onProgress }))) {
          progress.say("another process already does it");
          await sleep(lookMs, undefined, { signal });
        }
      } finally {
        progress.end();
      }
      const { stored } = await migrations.version();
      output.result({ from, version: stored }, () =>
        from === stored
          ? `nothing to do: the schema has version ${stored}`
          : `the schema has version ${stored}, from ${from}`,
      );
    }),
  );
}
