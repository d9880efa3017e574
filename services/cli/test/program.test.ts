import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { exitCodeMeanings } from "../src/exit-codes.ts";
import { createProgram } from "../src/program.ts";

const program = createProgram("0");
const docs = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");

/** Every command that does something, with its names from the first. */
function leaves(command: Command, path: string[] = []): { path: string; command: Command }[] {
  const visible = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== "help");
  if (visible.length === 0) return [{ path: path.join(" "), command }];
  return visible.flatMap((one) => leaves(one, [...path, one.name()]));
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const commands = leaves(program);

test("docs/cli.md has every command, and none that there is not", () => {
  const documented = [...docs.matchAll(/^### `fleetkeeper ([a-z -]+?)(?: [<[].*)?`$/gm)].map(
    ([, path]) => path,
  );
  expect(documented).toEqual(commands.map(({ path }) => path));
});

test.each(commands)("docs/cli.md has the usage and every option of $path", ({ path, command }) => {
  const [, section = ""] = docs.split(new RegExp(`^### .fleetkeeper ${path}(?: [<[].*)?.$`, "m"));
  const text = section.split(/^##/m)[0] ?? "";
  const options = command.options
    .map(({ long }) => long)
    .filter((long) => !["--json", "--env", "--watch", "--interval"].includes(long ?? ""));
  for (const option of options) expect(text).toMatch(new RegExp(`[\`\\s]${option}\\b`));
  expect(text).toMatch(/```\n(.*\n)*fleetkeeper /);
});

test.each(commands)("the help of $path has an example of it", ({ path, command }) => {
  expect(helpOf(command)).toMatch(
    new RegExp(`Examples?:\n( +\\$ fleetkeeper .*\n)* +\\$ fleetkeeper ${path}`),
  );
});

test.each(commands.filter(({ path }) => path !== "completion"))("$path can print JSON", ({ command }) => {
  expect(command.options.map(({ long }) => long)).toContain("--json");
});

test("docs/cli.md has every exit code with its meaning", () => {
  for (const [code, meaning] of Object.entries(exitCodeMeanings))
    expect(docs).toMatch(
      new RegExp(`\\| ${code} +\\| ${meaning.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")} +\\|`),
    );
});
