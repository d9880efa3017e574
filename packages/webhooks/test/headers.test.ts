import { expect, test } from "vitest";
import { readHeaders } from "../src/index.ts";

const values = { id: "msg_1", timestamp: "1614265330", signature: "v1,abc=" };
const family = (name: string, changes: Partial<typeof values> = {}) =>
  Object.entries({ ...values, ...changes }).flatMap(([part, value]) => [`${name}-${part}`, value]);

const read = (...rawHeaders: string[]) => {
  try {
    return readHeaders(rawHeaders);
  } catch (error) {
    const { code, reason } = error as { code: string; reason: string };
    return `${code} ${reason}`;
  }
};

test.each([
  ["Svix's", family("svix")],
  ["the standard", family("webhook")],
  ["Svix's in capitals", family("Svix")],
  ["both, which say the same", [...family("svix"), ...family("webhook")]],
  ["one with other headers around", ["host", "x", ...family("svix"), "accept", "*/*"]],
])("%s family is read", (_what, headers) => {
  expect(read(...headers)).toEqual(values);
});

test.each([
  ["none", [], "missing"],
  ["half a family", family("svix").slice(0, 4), "incomplete"],
  ["an empty header", family("svix", { signature: "" }), "incomplete"],
  ["half of each", [...family("svix").slice(0, 2), ...family("webhook").slice(2)], "incomplete"],
  ["two that differ", [...family("svix"), ...family("webhook", { id: "msg_2" })], "mixed"],
  ["a header twice", [...family("svix"), "svix-id", "msg_1"], "doubled"],
  ["a time that is no number", family("svix", { timestamp: "161426533x" }), "malformed"],
  ["a negative time", family("svix", { timestamp: "-1614265330" }), "malformed"],
  ["an id with a blank", family("svix", { id: "msg 1" }), "malformed"],
  ["an endless id", family("svix", { id: "x".repeat(257) }), "too long"],
  ["a time beyond all clocks", family("svix", { timestamp: "9".repeat(13) }), "too long"],
])("%s is refused", (_what, headers, reason) => {
  expect(read(...headers)).toBe(`ERR_WEBHOOK_HEADERS headers ${reason}`);
});
