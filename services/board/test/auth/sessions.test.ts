import { expect, test } from "vitest";
import { createSessions, deriveKey } from "../../src/auth/sessions.ts";

const users = [{ name: "olive", password: "olives-long-password", role: "operator" }];
const minuteMs = 60_000;

function setup(sessionKey = "k".repeat(32), withUsers = users) {
  let now = new Date("2026-01-01T00:00:00Z");
  const sessions = createSessions({
    keys: [deriveKey(sessionKey, "session", withUsers)],
    maxAgeMs: 120 * minuteMs,
    idleMs: 60 * minuteMs,
    now: () => now,
  });
  return {
    sessions,
    pass: (minutes: number) => {
      now = new Date(now.getTime() + minutes * minuteMs);
    },
  };
}

test("a session comes back from its cookie, which shows nothing of it", async () => {
  const { sessions } = setup();
  const session = sessions.start({ user: "olive", role: "operator" });
  const text = await sessions.write(session);
  expect(Buffer.from(text.split(".").join(""), "base64url").toString()).not.toContain("olive");
  expect(await sessions.read(text)).toEqual(session);
});

test("a session ends when it was not used for the idle time", async () => {
  const { sessions, pass } = setup();
  const text = await sessions.write(sessions.start({ user: "olive", role: "operator" }));
  pass(59);
  expect(await sessions.read(text)).toBeDefined();
  pass(2);
  expect(await sessions.read(text)).toBeUndefined();
});

test("a session that is used ends at its full age", async () => {
  const { sessions, pass } = setup();
  let session = sessions.start({ user: "olive", role: "operator" });
  for (let minutes = 0; minutes < 110; minutes += 10) {
    pass(10);
    session = sessions.renew(session);
  }
  const text = await sessions.write(session);
  expect(await sessions.read(text)).toBeDefined();
  pass(11);
  expect(await sessions.read(text)).toBeUndefined();
});

test("a cookie that was changed, or made with another key, is not a session", async () => {
  const { sessions } = setup();
  const text = await sessions.write(sessions.start({ user: "olive", role: "viewer" }));
  const tagAt = text.lastIndexOf(".") + 1;
  const otherTag = text[tagAt] === "A" ? "B" : "A";
  expect(await sessions.read(text.slice(0, tagAt) + otherTag + text.slice(tagAt + 1))).toBeUndefined();
  expect(await sessions.read("x")).toBeUndefined();
  expect(await setup("z".repeat(32)).sessions.read(text)).toBeUndefined();
});

test("a new password ends the sessions of the old one", async () => {
  const text = await setup().sessions.write(setup().sessions.start({ user: "olive", role: "operator" }));
  const changed = setup(undefined, [{ name: "olive", password: "another-password", role: "operator" }]);
  expect(await changed.sessions.read(text)).toBeUndefined();
});
