// Lines about refusals, some of them: anyone who sends nonsense must not fill the disk with it. What is left
// out is counted, and said at the end of its minute, with the addresses that most of it came from.

import type { Log } from "@fleetkeeper/telemetry";
import { networkOf } from "./addresses.ts";

/** What a line about a refusal says: no secret, and nothing that was sent. */
export interface RefusalFields {
  code: string;
  address: string;
  requestId?: string | undefined;
  /** Where it is known whose it was to be. */
  installationId?: string | undefined;
  reason?: string | undefined;
  /** Of an API key that is known. */
  keyId?: string | undefined;
}

const windowMs = 60_000;
/** Of each code, in a minute. */
const written = 10;
const maxAddresses = 1_000;
const namedAddresses = 5;

/** Per code, the first ten of a minute are written at once; the others are one line at its end. */
export function createRefusalLog(log: Log): (fields: RefusalFields) => void {
  const windows = new Map<string, { count: number; addresses: Map<string, number> }>();

  function open(code: string) {
    const window = { count: 0, addresses: new Map<string, number>() };
    windows.set(code, window);
    setTimeout(() => close(code), windowMs).unref();
    return window;
  }

  function close(code: string): void {
    const { count = 0, addresses = new Map<string, number>() } = windows.get(code) ?? {};
    windows.delete(code);
    if (count <= written) return;
    const most = [...addresses].sort(([, a], [, b]) => b - a).slice(0, namedAddresses);
    log.warn(
      { code, count, unwritten: count - written, addresses: Object.fromEntries(most) },
      "requests refused within a minute",
    );
  }

  return (fields) => {
    const { code, address } = fields;
    const window = windows.get(code) ?? open(code);
    window.count++;
    const client = networkOf(address);
    if (window.addresses.size < maxAddresses || window.addresses.has(client))
      window.addresses.set(client, (window.addresses.get(client) ?? 0) + 1);
    if (window.count <= written) log.info(fields, "request refused");
  };
}
