// How many refused requests one client may send: verifying costs us more than forging costs them.

import { allowancesOf } from "@fleetkeeper/runtime";
import { RateLimiterMemory } from "rate-limiter-flexible";

export const defaultRefusalsPerMinute = 600;

/**
 * In this process's memory. A request that was accepted counts for nothing. `target`: where each has its own
 * allowance.
 */
export function createRefusalLimit(perMinute = defaultRefusalsPerMinute) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const over = new Set<string>();
  const ofTarget = (address: string, target: string) =>
    allowancesOf(address, perMinute).map(({ client, most }) => ({ client: `${client} ${target}`, most }));
  return {
    isOver: (address: string, target = ""): boolean =>
      ofTarget(address, target).some(({ client }) => over.has(client)),
    count(address: string, target = ""): void {
      for (const { client, most } of ofTarget(address, target))
        void limiter.penalty(client).then(({ consumedPoints, msBeforeNext }) => {
          if (consumedPoints < most || over.has(client)) return;
          over.add(client);
          setTimeout(() => over.delete(client), msBeforeNext).unref();
        });
    },
  };
}
