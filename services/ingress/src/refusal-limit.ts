// How many refused requests one client may send: verifying costs us more than forging costs them.

import { networkOf } from "@fleetkeeper/runtime";
import { RateLimiterMemory } from "rate-limiter-flexible";

export const defaultRefusalsPerMinute = 600;

/**
 * In this process's memory. A request that was accepted counts for nothing. `target`: where each has its own
 * allowance.
 */
export function createRefusalLimit(perMinute = defaultRefusalsPerMinute) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const over = new Set<string>();
  return {
    isOver: (address: string, target = ""): boolean => over.has(keyOf(address, target)),
    count(address: string, target = ""): void {
      const client = keyOf(address, target);
      void limiter.penalty(client).then(({ consumedPoints, msBeforeNext }) => {
        if (consumedPoints < perMinute || over.has(client)) return;
        over.add(client);
        setTimeout(() => over.delete(client), msBeforeNext).unref();
      });
    },
  };
}

function keyOf(address: string, target: string): string {
  return `${networkOf(address)} ${target}`;
}
