import { expect, test } from "vitest";
import { defineError, defineRefusal, FleetkeeperError, rootMessage } from "../src/index.ts";

class TooSoonError extends defineError(FleetkeeperError, "ERR_TOO_SOON", "later") {}

const rules = {
  ERR_BUSY: { status: 503, message: "Send it again.", retryAfterS: 5 },
  ERR_WRONG: { status: 400, message: "Send something else." },
};

class Refused extends defineRefusal(rules) {}

test("an error of ours has its class's name, and keeps its cause and what it was told to wait", () => {
  const cause = new Error("connect ECONNREFUSED");
  const error = new TooSoonError("not yet", { cause, retryAfterMs: 5 });
  expect(String(error)).toBe("TooSoonError: not yet");
  expect(error).toMatchObject({ cause, code: "ERR_TOO_SOON", remedy: "later", retryAfterMs: 5 });
  expect(new TooSoonError("not yet").retryAfterMs).toBeUndefined();
});

test("the root of an error is its innermost cause, of several the first, and a circle has an end", () => {
  const refused = new AggregateError([new Error("first"), new Error("second")]);
  expect(rootMessage(new TooSoonError("outer", { cause: new Error("middle", { cause: refused }) }))).toBe(
    "first",
  );
  const circle = new Error("round");
  circle.cause = circle;
  expect(rootMessage(circle)).toBe("round");
  expect(rootMessage("no error")).toBe("no error");
});

test("a refusal takes message, status and remedy from its table; its reason stays out of the message", () => {
  const busy = new Refused("ERR_BUSY", { reason: "queue full" });
  expect(busy).toMatchObject({
    code: "ERR_BUSY",
    remedy: "retry",
    rule: rules.ERR_BUSY,
    reason: "queue full",
  });
  expect(busy.message).toBe("Send it again.");
  expect(new Refused("ERR_WRONG")).toMatchObject({ remedy: "never", reason: undefined });
});

test("a refusal writes down no stack, and other errors still do", () => {
  expect(new Refused("ERR_BUSY").stack).not.toContain("\n    at ");
  expect(() => new Refused("ERR_NONE" as "ERR_BUSY")).toThrow(TypeError);
  expect(new TooSoonError("not yet").stack).toContain("\n    at ");
});
