// How many refused deliveries one client may send. Trackunit's come from few addresses, for all accounts: one
// endpoint with a wrong key must keep out no other.

import { createRefusalLimit, defaultRefusalsPerMinute } from "../refusal-limit.ts";

/** Refusing for an unknown endpoint or a bad head costs a look into Redis at most. */
const cheapFactor = 10;

export type RefusalAllowance = ReturnType<typeof createRefusalAllowance>;

/**
 * `perMinute`: of one client to one endpoint; ten times as many that name no endpoint of ours. Callbacks have
 * their own.
 */
export function createRefusalAllowance(perMinute = defaultRefusalsPerMinute) {
  const toEndpoint = createRefusalLimit(perMinute);
  const toNone = createRefusalLimit(perMinute * cheapFactor);
  return {
    /** `endpointId`: where there is such an endpoint. */
    isUsedUp: (address: string, endpointId: string | undefined): boolean =>
      endpointId === undefined ? toNone.isOver(address) : toEndpoint.isOver(address, endpointId),
    count(address: string, endpointId: string | undefined): void {
      if (endpointId === undefined) toNone.count(address);
      else toEndpoint.count(address, endpointId);
    },
  };
}
