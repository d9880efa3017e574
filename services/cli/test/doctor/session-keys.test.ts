import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { examineSessionKeys } from "../../src/doctor/checks/session-keys.ts";
import type { Examiner } from "../../src/doctor/finding.ts";

const one = "n".repeat(32);
const two = `${one} ${"o".repeat(32)}`;

async function found(env: Record<string, string>, hoursLater = 0) {
  const now = () => new Date(Date.now() + hoursLater * 3_600_000);
  const [finding] = await examineSessionKeys({ env, now } as Examiner);
  return finding;
}

test("without a session key every start of the board ends all sessions", async () => {
  expect(await found({ BOARD_USER: "operator" })).toMatchObject({
    level: "warning",
    code: "SESSION_KEY_MISSING",
  });
  expect(await found({ BOARD_USER: "", REDIS_URL: "redis://there" })).toMatchObject({ level: "skipped" });
  expect(await found({ BOARD_SESSION_KEY: one })).toMatchObject({ level: "ok" });
});

test("a session key that is too short is refused", async () => {
  await expect(found({ BOARD_SESSION_KEY: "short" })).rejects.toThrow("BOARD_SESSION_KEY");
  await expect(found({ BOARD_SESSION_KEY: `${one} short` })).resolves.toMatchObject({ level: "ok" });
});

test("an old session key may stay for as long as a session, and is pointed out after that", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "fleetkeeper-doctor-")), "board_session_key");
  onTestFinished(() => rm(dirname(file), { recursive: true }));
  await writeFile(file, two);
  const stillSet = { level: "warning", code: "SESSION_KEY_OLD_STILL_SET" };
  expect(await found({ BOARD_SESSION_KEY_FILE: file }, 11)).toMatchObject({ level: "ok" });
  expect(await found({ BOARD_SESSION_KEY_FILE: file }, 13)).toMatchObject(stillSet);
  // Nothing says since when.
  expect(await found({ BOARD_SESSION_KEY: two })).toMatchObject(stillSet);
});
