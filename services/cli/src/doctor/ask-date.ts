// Asks an HTTP server for anything, to see that it answers and what its clock says (RFC 9110, section 6.6.1).

import { createConnections } from "@fleetkeeper/http";
import { request } from "undici";
import { readOutbound } from "../configuration.ts";
import { clockSample } from "./clock-sample.ts";
import type { Examiner } from "./finding.ts";

const timeoutMs = 5_000;

/**
 * The status; undefined with the reason where nothing answers. It leaves the server's clock with the
 * examiner.
 */
export async function askDate(
  url: string,
  of: string,
  { env, clocks, now, signal }: Pick<Examiner, "env" | "clocks" | "now" | "signal">,
): Promise<{ status: number } | { status: undefined; reason: string }> {
  const connections = createConnections(readOutbound(env));
  const askedAt = now();
  try {
    const { statusCode, headers, body } = await request(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { accept: "application/json" },
      dispatcher: connections.dispatcher,
    });
    const answeredAt = now();
    await body.dump({ limit: 65_536 });
    const serverTime = new Date(String(headers.date));
    if (!Number.isNaN(serverTime.getTime()))
      clocks.push(clockSample({ of, serverTime, precisionMs: 1_000, askedAt, answeredAt }));
    return { status: statusCode };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = error as { code?: unknown; message: string };
    return { status: undefined, reason: typeof code === "string" ? code : message };
  } finally {
    await connections.close();
  }
}
