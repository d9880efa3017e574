// Trackunit failing in each way that the simulator knows, and changing its keys, its tokens and its mind
// about an account.

import { type FaultSpec, faultKinds as kindsOfSimulator } from "@fleetkeeper/simulator";
import { type FaultKind, nothing, someMs } from "./fault.ts";

const target = "trackunit";
const kinds = Object.keys(kindsOfSimulator) as FaultSpec["kind"][];
const operations = [
  "jwks",
  "apptoken",
  "graphql.assets",
  "graphql.sites",
  "graphql.customers",
  "rest.locations",
  "rest.alert-configurations",
  "rest.event-log",
  "aemp.fleet",
  "rest",
  "graphql",
] as const;
/** These deny records that are there. Believed twice in a row they would be right, so each is told once. */
const lies = new Set<FaultSpec["kind"]>(["early-end", "empty-page", "lone-surrogate"]);

const answersBadly: FaultKind = (draw) => {
  const kind = draw.pick(kinds);
  const operation = lies.has(kind) ? undefined : draw.pick(operations);
  const fault: FaultSpec = {
    kind,
    operation,
    times: lies.has(kind) ? 1 : 1 + draw.below(8),
    delayMs: someMs(draw, 200, 4_000),
    status: draw.pick([400, 401, 404, 500, 502, 503]),
    ...(draw.percent(50) && { retryAfterS: 1 + draw.below(3) }),
    resetInMs: someMs(draw, 200, 3_000),
  };
  return {
    target,
    name: `trackunit: ${kind}`,
    forMs: someMs(draw, 500, 5_000),
    begin: (world) => world.simulator.faults.add(fault),
    end: (world) => world.simulator.faults.clear(),
  };
};

const revokes: FaultKind = (draw) => {
  const which = draw.fraction();
  return {
    target,
    name: "trackunit: an account is revoked and restored",
    forMs: someMs(draw, 500, 5_000),
    begin: ({ simulator }) => accountAt(simulator.accounts(), which)?.revoke(),
    end: ({ simulator }) => {
      for (const account of simulator.accounts()) account.restore();
    },
  };
};

const endsTokens: FaultKind = () => ({
  target,
  name: "trackunit: tokens end early",
  forMs: 0,
  begin: ({ simulator }) => {
    for (const account of simulator.accounts()) account.expireTokens();
  },
  end: nothing,
});

const changesKeys: FaultKind = (draw) => {
  const keepOld = draw.percent(70);
  return {
    target,
    name: "trackunit: other signing keys",
    forMs: 0,
    begin: ({ simulator }) => simulator.rotateKeys({ keepOld }),
    end: nothing,
  };
};

function accountAt<T>(accounts: readonly T[], fraction: number): T | undefined {
  return accounts[Math.floor(fraction * accounts.length)];
}

export const trackunitFaults: readonly FaultKind[] = [
  answersBadly,
  answersBadly,
  answersBadly,
  answersBadly,
  answersBadly,
  revokes,
  endsTokens,
  changesKeys,
];
