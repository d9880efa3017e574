// What the ingress's server makes of a request before anything else looks at it: the same parser, limits and
// schema.

import {
  acceptJsonOnly,
  type CallbackBody,
  callbackPath,
  callbackSchema,
  Refusal,
  refusalOf,
  requestRules,
  unroutedRefusal,
} from "@fleetkeeper/callbacks";
import { withoutBasePath } from "@fleetkeeper/runtime";
import { fastify } from "fastify";
import type { Capture } from "./read-capture.ts";

/** Of the connection, not of the request; the rest is given to the server as it was captured. */
const leftOut = new Set(["content-length", "connection", "expect", "host"]);

/** `basePath`: that of the ingress. */
export async function parseRequest(
  { method, path, headers, body }: Capture,
  basePath = "",
): Promise<CallbackBody | Refusal> {
  const headerBytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  if (headerBytes > requestRules.maxHeaderBytes) return new Refusal("ERR_HEADERS_TOO_LARGE");
  const app = fastify({
    logger: false,
    ...requestRules.fastify,
    rewriteUrl: withoutBasePath(basePath),
  });
  acceptJsonOnly(app);
  const { promise, resolve } = Promise.withResolvers<CallbackBody | Refusal>();
  app.setErrorHandler((error, _request, reply) => {
    resolve(refusalOf(error));
    reply.code(400).send();
  });
  app.setNotFoundHandler((request, reply) => {
    resolve(unroutedRefusal(request.url));
    reply.code(404).send();
  });
  app.post<{ Body: CallbackBody }>(callbackPath, { schema: { body: callbackSchema } }, async (request) => {
    resolve(request.body);
    return {};
  });
  try {
    await app.inject({
      method: method as "POST",
      url: path,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !leftOut.has(name))),
      payload: body,
    });
    return await promise;
  } finally {
    await app.close();
  }
}
