import { Writable } from "node:stream";
import { FleetkeeperError } from "@fleetkeeper/model";
import { expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "../src/index.ts";

class OwnError extends FleetkeeperError {
  readonly code = "ERR_OWN";
  readonly remedy = "retry";
}

function setup() {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { log: createLog({ service: "test", level: "info", destination }), lines };
}

const reply = (message: string) => Object.assign(new Error(message), { name: "ReplyError" });

test("a repeated error is one line, and at the end of each minute one more with the number", () => {
  const { log, lines } = setup();
  for (let index = 0; index < 100; index++) log.warn({ error: reply(`READONLY ${index}`) }, "redis failed");
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(60_000);
  expect(lines.map(({ msg, repeated }) => [msg, repeated])).toEqual([
    ["redis failed", undefined],
    ["redis failed", 99],
  ]);
  vi.advanceTimersByTime(20_000);
  const lastAt = new Date().toISOString();
  log.warn({ error: reply("READONLY again") }, "redis failed");
  vi.advanceTimersByTime(40_000);
  expect(lines[2]).toMatchObject({ repeated: 1, lastAt });
  vi.advanceTimersByTime(60_000);
  log.warn({ error: reply("READONLY later") }, "redis failed");
  expect(lines).toHaveLength(4);
  expect(lines[3]).not.toHaveProperty("repeated");
});

test("errors with another message, code or cause are of another kind", () => {
  const { log, lines } = setup();
  log.warn({ error: reply("READONLY a") }, "redis failed");
  log.warn({ error: reply("LOADING a") }, "redis failed");
  log.warn({ error: reply("READONLY a") }, "queue failed");
  log.error({ error: new OwnError("not taken", { cause: reply("READONLY a") }) }, "redis failed");
  expect(lines).toHaveLength(4);
});

test("an outage is one kind for all accounts; an error that concerns one account is logged for each", () => {
  const { log, lines } = setup();
  for (const installationId of ["a", "b", "c"])
    log.error(
      { installationId, error: new OwnError("not taken", { cause: reply("READONLY") }) },
      "job failed",
    );
  expect(lines).toHaveLength(1);
  for (const installationId of ["a", "b", "c"])
    log.error({ installationId, error: new OwnError("refused") }, "job failed");
  expect(lines).toHaveLength(4);
});

test("all lines without an error, and all below level warn, are written", () => {
  const { log, lines } = setup();
  for (let index = 0; index < 3; index++) {
    log.warn("a warning");
    log.info({ error: reply("READONLY") }, "an event");
  }
  expect(lines).toHaveLength(6);
});
