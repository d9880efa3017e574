// Whether a request that changes something comes from a page of this board. OWASP, "Cross-Site Request
// Forgery Prevention", and Fetch Metadata.

import type { FastifyRequest } from "fastify";

const safeMethods = ["GET", "HEAD", "OPTIONS"];

export function changesSomething(request: FastifyRequest): boolean {
  return !safeMethods.includes(request.method);
}

/**
 * Browsers say where a request comes from, by `Sec-Fetch-Site` and `Origin`. A client that says neither is no
 * browser: it is believed only when it logs in with every request, since then no cookie can act for another
 * user. `publicOrigin`: the board's own from the configuration, even if a proxy changes `Host`.
 */
export function isSameOrigin(
  request: FastifyRequest,
  { hasBasicCredentials, publicOrigin }: { hasBasicCredentials: boolean; publicOrigin?: string | undefined },
): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (site !== undefined && site !== "same-origin") return false;
  if (origin !== undefined) return origin === publicOrigin || isFor(origin, request.host);
  return site === "same-origin" || hasBasicCredentials;
}

/** Some proxies name the default port in `Host`; an `Origin` never does (RFC 6454, section 6.2). */
function isFor(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  return url !== null && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
