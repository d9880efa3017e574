// How many refused requests one address may send: verifying costs us more than forging costs them.

import { networkOf } from "@fleetkeeper/runtime";
import { RateLimiterMemory } from "rate-limiter-flexible";

/** In this process's memory. A request that was accepted counts for nothing. */
export function createRefusalLimit(perMinute = 600) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const over = new Set<string>();
  return {
    isOver: (address: string): boolean => over.has(networkOf(address)),
    count(address: string): void {
      const client = networkOf(address);
      void limiter.penalty(client).then(({ consumedPoints, msBeforeNext }) => {
        if (consumedPoints < perMinute || over.has(client)) return;
        over.add(client);
        setTimeout(() => over.delete(client), msBeforeNext).unref();
      });
    },
  };
}
