// Whether a request that changes something comes from a page of this board. OWASP, "Cross-Site Request Forgery Prevention", and Fetch Metadata.

import type { FastifyRequest } from "fastify";

const safeMethods = ["GET", "HEAD", "OPTIONS"];

export function changesSomething(request: FastifyRequest): boolean {
  return !safeMethods.includes(request.method);
}

/**
 * Browsers say where a request comes from, by `Sec-Fetch-Site` and `Origin`. A client that says neither is no browser:
 * it is believed only when it logs in with every request, since then no cookie can act for somebody else.
 */
export function isSameOrigin(request: FastifyRequest, hasBasicCredentials: boolean): boolean {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (site !== undefined && site !== "same-origin") return false;
  if (origin !== undefined) return URL.parse(origin)?.host === request.host;
  return site === "same-origin" || hasBasicCredentials;
}
