// The path that the board is mounted under: pages and redirects are written as if it were at the root of its
// host.

import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyInstance {
    /** Empty at the root of the host, else such as `/fleetkeeper`. */
    basePath: string;
  }
}

export function basePathOf(publicUrl: URL | undefined): string {
  return publicUrl?.pathname.replace(/\/+$/, "") ?? "";
}

/**
 * Puts the base path before every address of ours in markup that `html` made: text cannot hold such an
 * attribute.
 */
export function belowBasePath(markup: string, basePath: string): string {
  return basePath === ""
    ? markup
    : markup.replace(
        /(\s(?:href|src|action|data-live)=")\/(?!\/)/g,
        (_all, attribute) => `${attribute}${basePath}/`,
      );
}

/** Decorates the server with `basePath` and lets redirects lead below it. */
export function addBasePath(server: FastifyInstance, basePath: string): void {
  server.decorate("basePath", basePath);
  server.addHook("onSend", async (_request, reply) => {
    const location = reply.getHeader("location");
    if (typeof location === "string" && /^\/(?!\/)/.test(location))
      reply.header("location", basePath + location);
  });
}
