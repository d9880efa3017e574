// `--watch`: what a command says, again and again: drawn over what it said before on a terminal, as a new
// block with its time elsewhere, and with `--json` as a line of JSON each time.

import { setTimeout as sleep } from "node:timers/promises";
import { instant } from "@fleetkeeper/operator";
import { type Fault, faultOf } from "../fault-of.ts";
import type { Output } from "./output.ts";
import { printable, printableJson } from "./printable.ts";

export interface WatchOptions {
  output: Output;
  stdout: NodeJS.WriteStream;
  everyMs: number;
  signal: AbortSignal;
  now: () => Date;
}

/**
 * Ends when the signal does, by its reason. What fails is said, and tried again; the first time it is thrown.
 */
export async function watch(
  { output, stdout, everyMs, signal, now }: WatchOptions,
  round: (output: Output) => Promise<unknown>,
): Promise<never> {
  for (let isFirst = true; ; isFirst = false) {
    const said: string[] = [];
    try {
      await round(gathering(output, said));
    } catch (error) {
      if (isFirst || signal.aborted) throw error;
      const { code, message }: Fault = faultOf(error);
      said.push(
        output.json
          ? printableJson(JSON.stringify({ error: { code, message } }))
          : `${output.paint("bad", code)}: ${printable(message)}`,
      );
    }
    if (output.json) stdout.write(said.map((text) => `${text}\n`).join(""));
    else stdout.write(block(said.join("\n"), instant(now()), { output, stdout, everyMs, isFirst }));
    await sleep(everyMs, undefined, { signal });
  }
}

/** The same output, which keeps what is said in place of writing it. */
function gathering(output: Output, said: string[]): Output {
  const keep = (text: string) => void (text === "" || said.push(text));
  return {
    ...output,
    result: (value, words) => keep(output.json ? printableJson(JSON.stringify(value)) : printable(words())),
    line: (value) => keep(printableJson(JSON.stringify(value))),
    text: (text) => keep(printable(text)),
    remark: (text) => void (output.json || keep(printable(text))),
    progress: () => ({ advance: () => undefined, say: () => undefined, end: () => undefined }),
  };
}

function block(
  text: string,
  time: string,
  {
    output,
    stdout,
    everyMs,
    isFirst,
  }: Pick<WatchOptions, "output" | "stdout" | "everyMs"> & { isFirst: boolean },
): string {
  if (!stdout.isTTY) return `${isFirst ? "" : "\n"}--- ${time}\n${text}\n`;
  const lines = [
    output.paint("quiet", `${time}, every ${everyMs / 1_000} s; Ctrl+C ends`),
    ...text.split("\n"),
  ];
  const room = stdout.rows > 2 ? stdout.rows - 1 : lines.length;
  const shown =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), output.paint("quiet", `${lines.length - room + 1} more lines`)];
  // From the top, each line to its end, and away with what is left of before; the first time on an empty
  // screen.
  return `${isFirst ? "\x1b[2J" : ""}\x1b[H${shown.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`;
}
