// Which headers are forwarded to Trackunit, and which come back (RFC 9110, section 7.6.1).

import type { IncomingHttpHeaders } from "node:http";

type Headers = Record<string, string | string[]>;

/** Of one connection only. */
const hopByHop = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "http2-settings"],
];

/** Between the caller and us, or about who stands before us. */
const ours = [
  ...["host", "authorization", "cookie", "cookie2", "content-length", "expect", "origin", "referer", "via"],
  ...[
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-real-ip",
  ],
  ...["x-fleetkeeper-app", "x-request-id"],
];

const notBack = ["set-cookie", "set-cookie2", "x-request-id", "strict-transport-security", "alt-svc"];

/** `key`: no header that holds it is forwarded, under any name. */
export function headersToTrackunit(headers: IncomingHttpHeaders, key: string): Headers {
  const left = without(headers, [...hopByHop, ...ours]);
  return Object.fromEntries(Object.entries(left).filter(([, value]) => !String(value).includes(key)));
}

export function headersBack(headers: IncomingHttpHeaders): Headers {
  return without(headers, [...hopByHop, ...notBack]);
}

function without(headers: IncomingHttpHeaders, names: readonly string[]): Headers {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...names, ...named]);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || dropped.has(name.toLowerCase()) ? [] : [[name, value]],
    ),
  );
}
