import {
  type Generation,
  type InstallationId,
  noChanges,
  type SyncId,
  type Waiting,
} from "@fleetkeeper/model";
import { fieldsAtFirst, type SyncDocument } from "@fleetkeeper/store";
import { expect, test } from "vitest";
import { describeWaiting, failingReasons, waitingReasons } from "../src/describe-waiting.ts";
import { syncStanding } from "../src/sync-standing.ts";
import { missingScopes, tokenStanding } from "../src/token-standing.ts";

const now = new Date("2026-01-02T03:04:05Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const sync: SyncDocument = {
  _id: "@a.b.1/assets" as SyncId,
  installationId: "@a.b.1" as InstallationId,
  sync: "assets",
  intervalMs: null,
  nextRunAt: at(60),
  dispatchedAt: null,
  fencingToken: 1,
  waiting: { for: "schedule", until: at(60) },
  checkpoint: null,
  failures: 0,
  lastRun: {
    at: at(-60),
    startedAt: at(-70),
    outcome: "succeeded",
    records: 0,
    pages: 1,
    changes: noChanges,
  },
  lastSuccessAt: at(-60),
  runAgain: false,
  generation: "1" as Generation,
  ...fieldsAtFirst(new Date(0)),
  createdAt: at(-1e6),
};

test("a sync that waits for its due time says when that is", () => {
  expect(syncStanding(sync, now)).toMatchObject({ label: "scheduled", mood: "good", nextRunAt: at(60) });
});

test("a sync is due if an operator started it or its time has come", () => {
  expect(syncStanding({ ...sync, nextRunAt: at(-1) }, now)).toMatchObject({ label: "due", mood: "busy" });
});

test("a failing sync that is due again is still shown as failing", () => {
  const failing: SyncDocument = {
    ...sync,
    failures: 3,
    nextRunAt: at(-1),
    waiting: { for: "backoff", until: at(-1), code: "ERR_X", attempt: 3, message: "broken" },
  };
  const standing = syncStanding(failing, now);
  expect(standing).toMatchObject({ label: "backing off", mood: "bad", until: null });
  expect(standing.text).toContain("due again");
});

test("a run in progress has no next time, and says if another follows", () => {
  const running: SyncDocument = {
    ...sync,
    runAgain: true,
    nextRunAt: at(90),
    waiting: { for: "running", since: at(-5), pages: 2, records: 200 },
  };
  const standing = syncStanding(running, now);
  expect(standing).toMatchObject({ mood: "busy", nextRunAt: null });
  expect(standing.text).toContain("runs again afterwards");
});

const granted = { at: at(-60), outcome: "granted" as const };
const active = { state: "active" as const, prewarmAt: at(600) };

test.each([
  ["fresh", "good", { ...active, lastToken: { ...granted, expiresAt: at(3_600) } }],
  ["expiring", "wait", { ...active, lastToken: { ...granted, expiresAt: at(300) } }],
  ["expired", "bad", { ...active, lastToken: { ...granted, expiresAt: at(-1) } }],
  ["expired", "wait", { ...active, state: "paused" as const, lastToken: { ...granted, expiresAt: at(-1) } }],
  ["refused", "bad", { ...active, lastToken: { at: now, outcome: "refused" as const, code: "ERR_X" } }],
  ["failed", "bad", { ...active, lastToken: { at: now, outcome: "failed" as const, code: "ERR_X" } }],
  ["none yet", "wait", active],
  ["not needed", "good", { ...active, noTokenFrom: at(-1), lastToken: { ...granted, expiresAt: at(-1) } }],
  ["fresh", "good", { ...active, noTokenFrom: at(3_600), lastToken: { ...granted, expiresAt: at(3_600) } }],
] as const)("a token is %s, which is %s", (label, mood, installation) => {
  expect(tokenStanding(installation, now)).toMatchObject({ label, mood });
});

test("an account without a token on purpose says so, and when a sync needs one", () => {
  const unused = { ...active, noTokenFrom: at(-1), lastToken: { ...granted, expiresAt: at(-1) } };
  expect(tokenStanding({ ...unused, tokenNeededAt: null }, now)).toMatchObject({ until: null });
  expect(tokenStanding({ ...unused, tokenNeededAt: null }, now).text).toContain("no sync is planned");
  expect(tokenStanding({ ...unused, tokenNeededAt: at(9_000) }, now)).toMatchObject({ until: at(9_000) });
});

const install = { installedAt: at(-600), requestedScopes: ["asset.view", "site.view"] };

test("scopes are missing once a token was granted without them", () => {
  const granted = { ...install, lastGrantAt: at(-60) };
  expect(missingScopes({ ...granted, grantedScopes: ["asset.view"] })).toEqual(["site.view"]);
  expect(missingScopes({ ...granted, grantedScopes: [] })).toEqual(install.requestedScopes);
});

test("a refresh that failed afterwards does not make missing scopes disappear", () => {
  const lastToken = { at: at(-5), outcome: "failed" as const, code: "ERR_TOKEN_UNAVAILABLE" };
  const failed = { ...install, lastToken, lastGrantAt: at(-60), grantedScopes: ["asset.view"] };
  expect(missingScopes(failed)).toEqual(["site.view"]);
});

test("nothing is missing before a token was granted, and what an earlier install was granted does not count", () => {
  expect(missingScopes({ ...install, grantedScopes: [] })).toEqual([]);
  expect(missingScopes({ ...install, lastGrantAt: at(-700), grantedScopes: ["asset.view"] })).toEqual([]);
});

test("a next run that is further away than the interval is explained", () => {
  const hourly = { ...sync, definedIntervalMs: 3_600_000 };
  const far = { ...hourly, nextRunAt: at(5_000), waiting: { for: "schedule" as const, until: at(5_000) } };
  expect(syncStanding(far, now).text).toContain("later than usual");
  expect(syncStanding(hourly, now).text).not.toContain("later than usual");
});

test("exactly the reasons that are shown as bad count as failing", () => {
  const bad = waitingReasons.filter((reason) => describeWaiting({ for: reason } as Waiting).mood === "bad");
  expect(bad).toEqual([...failingReasons]);
});
