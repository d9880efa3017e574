// A progress line or bar on a terminal; where stderr is none, a line now and then.

import ora from "ora";
import { printable } from "./printable.ts";

export interface Progress {
  /** Counts on; `text` replaces what the line says. */
  advance(count: number, text?: string): void;
  say(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const barWidth = 24;
/** Without a terminal: at least this long between two lines about a count. */
const lineEveryMs = 5_000;

export function createProgress(options: {
  text: string;
  total: number | undefined;
  stream: NodeJS.WriteStream;
  silent: boolean;
}): Progress {
  const { total, stream, silent } = options;
  let { text } = options;
  let done = 0;
  let writtenAtMs = performance.now();
  const shown = () =>
    printable(total === undefined ? text : `${bar(done, total)} ${done}/${Math.max(done, total)} ${text}`);
  if (silent) return { advance: () => undefined, say: () => undefined, end: () => undefined };
  // A pseudo-terminal without a size has 0 columns, and ora divides by them.
  if (stream.isTTY && stream.columns > 0) {
    const line = ora({ text: shown(), stream, discardStdin: false }).start();
    return {
      advance(count, newText = text) {
        done += count;
        text = newText;
        line.text = shown();
      },
      say(newText) {
        text = newText;
        line.text = shown();
      },
      end: () => line.stop(),
    };
  }
  return {
    advance(count, newText = text) {
      done += count;
      text = newText;
      if (performance.now() - writtenAtMs < lineEveryMs) return;
      writtenAtMs = performance.now();
      stream.write(printable(`${done}${total === undefined ? "" : `/${Math.max(done, total)}`} ${text}\n`));
    },
    say(newText) {
      if (newText !== text) stream.write(printable(`${newText}\n`));
      text = newText;
    },
    end: () => undefined,
  };
}

/** `total` is often an estimate: a bar is never more than full. */
export function bar(done: number, total: number): string {
  const filled = total <= 0 ? barWidth : Math.round(Math.min(1, done / total) * barWidth);
  return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
}
