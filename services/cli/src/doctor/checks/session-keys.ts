// The board's session keys: one that outlives a restart is set, and after a change the old one is taken out.

import { stat } from "node:fs/promises";
import { duration } from "@fleetkeeper/operator";
import { readVariables } from "../../configuration.ts";
import { type Examine, type Finding, ok, skipped, warning } from "../finding.ts";

/** No session outlives this. */
const sessionsLastMs = 12 * 3_600_000;

export const examineSessionKeys: Examine = async ({ env, now }) => {
  const keys = readVariables(env, "BOARD_SESSION_KEY").boardSessionKey;
  if (keys === undefined) return [missing(env)];
  if (keys.length === 1) return [ok("SESSION_KEY", "the board has one session key")];
  const path = env.BOARD_SESSION_KEY_FILE?.trim();
  const writtenAt = path ? (await stat(path)).mtime : undefined;
  const ageMs = writtenAt === undefined ? undefined : now().getTime() - writtenAt.getTime();
  if (ageMs !== undefined && ageMs <= sessionsLastMs)
    return [
      ok("SESSION_KEY", `the board's session key was changed ${duration(ageMs)} ago; the old one may stay`),
    ];
  const since = ageMs === undefined ? "" : ` for ${duration(ageMs)}`;
  return [
    warning(
      "SESSION_KEY_OLD_STILL_SET",
      `BOARD_SESSION_KEY has held ${keys.length} keys${since}: sessions that an old one made are still accepted`,
      "Leave only the first key in it, 12 hours after the change, and restart the boards.",
    ),
  ];
};

/** A command line without the board's variables says nothing about the board. */
function missing(env: NodeJS.ProcessEnv): Finding {
  const hasBoard = Object.entries(env).some(([name, value]) => name.startsWith("BOARD_") && value);
  if (!hasBoard)
    return skipped("SESSION_KEY", "the board's session key was not checked: no BOARD_ variable is set");
  return warning(
    "SESSION_KEY_MISSING",
    "the board has no BOARD_SESSION_KEY: each start of it ends all sessions, and two boards do not know each other's",
    "Make one with `fleetkeeper keys rotate --session-key --out <folder>`, and give it to every board.",
  );
}
