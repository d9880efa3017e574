// What the person at the terminal sees: one line per step, with the time since the start.

/** Lines go to stderr with `--once`, so that stdout's last line is the JSON result; otherwise to stdout. */
export function createProgress(stream: NodeJS.WritableStream) {
  const startedAtMs = performance.now();
  return {
    step(line: string): void {
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1).padStart(6);
      stream.write(`${seconds} s  ${line}\n`);
    },
    text(lines: string): void {
      stream.write(`${lines}\n`);
    },
  };
}

export type Progress = ReturnType<typeof createProgress>;
