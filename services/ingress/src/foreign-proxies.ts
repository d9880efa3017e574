// Proxies in front that nobody named: all their clients come from one address, so that what one of them does must not count
// against the others. It is said, since then there is no limit for any of them.

import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyRequest } from "fastify";

const againAfterMs = 3_600_000;

/** `areNamed`: the operator has said which proxies there are, so that any other address is a client, whatever it sends. */
export function createForeignProxies(
  log: Log,
  { isProxy, areNamed }: { isProxy: (address: string) => boolean; areNamed: boolean },
) {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return {
    /** Whether many clients may be behind the address of this request. Says so once an hour. */
    mayHide({ headers, raw }: FastifyRequest): boolean {
      const { remoteAddress: address = "" } = raw.socket;
      if (headers["x-forwarded-for"] === undefined || isProxy(address)) return false;
      if (performance.now() > saidAtMs + againAfterMs) {
        saidAtMs = performance.now();
        log.warn(
          { address },
          "X-Forwarded-For of an address that INGRESS_TRUSTED_PROXIES does not name: if that is your proxy, name it, or no limit holds for a single client",
        );
      }
      return !areNamed;
    },
  };
}
