// Where results, remarks and progress go: results to stdout, everything else to stderr, and with `--json`
// nothing but JSON.

import type { Fault } from "../fault-of.ts";
import { printable, printableJson } from "./printable.ts";
import { createProgress, type Progress } from "./progress.ts";
import { createPaint, type Paint } from "./style.ts";

export interface Output {
  json: boolean;
  paint: Paint;
  /** The result: as JSON, or in the words that `words` makes. */
  result(value: unknown, words: () => string): void;
  /** One of many results: a line of JSON. */
  line(value: unknown): void;
  /** A piece of a file, as it is but for controls of a terminal. */
  text(text: string): void;
  /** A remark for a person. */
  remark(text: string): void;
  fault(fault: Fault): void;
  /** A bar, or without `total` a line, that shows on a terminal while something takes its time. */
  progress(text: string, total?: number): Progress;
}

export function createOutput(options: {
  json: boolean;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}): Output {
  const { json, stdout, stderr } = options;
  const paintError = createPaint(stderr);
  return {
    json,
    paint: createPaint(stdout),
    result(value, words) {
      const text = json ? printableJson(JSON.stringify(value, null, 2)) : printable(words());
      if (text !== "") stdout.write(`${text}\n`);
    },
    line(value) {
      stdout.write(`${printableJson(JSON.stringify(value))}\n`);
    },
    text(text) {
      stdout.write(stdout.isTTY ? printable(text) : text);
    },
    remark(text) {
      if (!json) stderr.write(`${printable(text)}\n`);
    },
    fault({ code, message, advice }) {
      if (json) stderr.write(`${printableJson(JSON.stringify({ error: { code, message, advice } }))}\n`);
      else {
        const text = `${oneLine(message)}${advice === undefined ? "" : ` ${advice}`}`;
        stderr.write(`${paintError("bad", code)}: ${printable(text)}\n`);
      }
    },
    progress: (text, total) => createProgress({ text, total, stream: stderr, silent: json }),
  };
}

/** One line that ends like a sentence. */
function oneLine(message: string): string {
  const line = message.replace(/\s*\n\s*/g, " ").trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
