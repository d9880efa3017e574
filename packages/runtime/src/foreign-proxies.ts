// Proxies in front that are not configured: all their clients come from one address. It is said, and a
// service that can do without limits has none for them, so that what one of the clients does does not count
// against the others.

import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyRequest } from "fastify";
import { createIsAmong } from "./addresses.ts";

const againAfterMs = 3_600_000;

/**
 * `variable`: what names the trusted ones. Once it names some, any other address is a client, with any
 * headers.
 */
export function createForeignProxies(
  log: Log,
  { trustedProxies, variable }: { trustedProxies: readonly string[]; variable: string },
) {
  const isTrusted = createIsAmong(trustedProxies);
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return {
    /** Whether many clients may be behind the address of this request. Says so once an hour. */
    mayHide({ headers, raw }: FastifyRequest): boolean {
      const { remoteAddress: address = "" } = raw.socket;
      if (headers["x-forwarded-for"] === undefined || isTrusted(address)) return false;
      if (performance.now() > saidAtMs + againAfterMs) {
        saidAtMs = performance.now();
        log.warn(
          { address },
          `X-Forwarded-For of an address that ${variable} does not name: if that is your proxy, name it there, so that limits are for each client behind it`,
        );
      }
      return trustedProxies.length === 0;
    },
  };
}
