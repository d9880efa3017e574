// A path that a service is mounted under, behind a proxy that keeps it or takes it off: routes are written
// without it.

import type { IncomingMessage } from "node:http";

/**
 * A Fastify `rewriteUrl`: takes the base path (empty, or such as `/fleetkeeper`) off, where the proxy has not
 * done so.
 */
export function withoutBasePath(basePath: string): (request: Pick<IncomingMessage, "url">) => string {
  return ({ url = "/" }) => {
    // A request target may be a whole URL (RFC 9112, section 3.2.2).
    const target = url.replace(/^https?:\/\/[^/?#]*/i, "");
    const rest = target.slice(basePath.length);
    if (basePath === "" || !target.startsWith(basePath) || !/^(?:[/?]|$)/.test(rest)) return url;
    return rest.startsWith("/") ? rest : `/${rest}`;
  };
}
