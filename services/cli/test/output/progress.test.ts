import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { bar, createProgress } from "../../src/output/progress.ts";

function setup(silent: boolean, terminal: { isTTY?: true; columns?: number } = {}) {
  const stream = Object.assign(new PassThrough(), terminal) as unknown as NodeJS.WriteStream & PassThrough;
  const progress = createProgress({ text: "starts", total: undefined, stream, silent });
  return { progress, written: () => (stream.read() as Buffer | null)?.toString() ?? "" };
}

test("a bar is never more than full", () => {
  expect(bar(0, 10)).toMatch(/^░{24}$/);
  expect(bar(5, 10)).toMatch(/^█{12}░{12}$/);
  expect(bar(12, 10)).toMatch(/^█{24}$/);
  expect(bar(0, 0)).toMatch(/^█{24}$/);
});

test("without a terminal each new state is one line, and with --json there is none", () => {
  const shown = setup(false);
  for (const text of ["runs", "runs", "ended"]) shown.progress.say(text);
  expect(shown.written()).toBe("runs\nended\n");
  const silent = setup(true);
  silent.progress.say("runs");
  expect(silent.written()).toBe("");
});

test("progress messages hold no control characters", () => {
  const { progress, written } = setup(false);
  progress.say("\x1b]0;owned\x07 runs");
  expect(written()).toBe("\\u001b]0;owned\\u0007 runs\n");
});

test("a terminal without a known width gets lines too", () => {
  const { progress, written } = setup(false, { isTTY: true, columns: 0 });
  progress.say("runs");
  progress.end();
  expect(written()).toBe("runs\n");
});
