import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { createOutput } from "../../src/output/output.ts";
import { watch } from "../../src/output/watch.ts";

/** Watches for three rounds, of which the second fails. */
async function watched(how: { json?: boolean; isTTY?: boolean; rows?: number }): Promise<string> {
  let written = "";
  const sink = new Writable({
    write(text, _encoding, done) {
      written += String(text);
      done();
    },
  });
  const stream = Object.assign(sink, {
    isTTY: how.isTTY ?? false,
    rows: how.rows ?? 0,
  }) as never as NodeJS.WriteStream;
  const output = createOutput({ json: how.json ?? false, stdout: stream, stderr: stream });
  const ends = new AbortController();
  let round = 0;
  const watching = watch(
    {
      output,
      stdout: stream,
      everyMs: 1,
      signal: ends.signal,
      now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, round)),
    },
    async (gathering) => {
      round += 1;
      if (round === 3) ends.abort(new Error("ends"));
      if (round === 2) throw new UsageError("MongoDB is away", { advice: "Wait." });
      gathering.result({ round }, () => `round ${round}\nline 2\nline 3`);
      gathering.remark("There are more.");
    },
  );
  await expect(watching).rejects.toThrow();
  return written;
}

test("in a pipe each output is a block below its time, and a failure is reported and tried again", async () => {
  expect(await watched({})).toMatch(
    /^--- 2026-01-01 00:00:01 UTC\nround 1\nline 2\nline 3\nThere are more\.\n\n--- .*:02 UTC\nERR_\w+: MongoDB is away\n\n--- .*:03 UTC\nround 3\n/,
  );
});

test("on a terminal each output is drawn over the one before, and is no longer than the screen", async () => {
  const written = await watched({ isTTY: true, rows: 5 });
  expect(written.split("\x1b[H")).toHaveLength(4);
  expect(written.split("\x1b[2J")).toHaveLength(2);
  expect(written).toContain("round 1\x1b[K\nline 2\x1b[K\n");
  expect(written).toContain("2 more lines");
  expect(written).not.toContain("There are more");
  expect(written.endsWith("\x1b[J")).toBe(true);
});

test("with --json each output is a line of JSON", async () => {
  expect(
    (await watched({ json: true }))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ round: 1 }, { error: { message: "MongoDB is away" } }, { round: 3 }]);
});
