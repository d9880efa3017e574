// Any request to Trackunit's API on behalf of an account: the answer is Trackunit's, status, headers and
// body.

import { pipeline, type Readable, Transform } from "node:stream";
import { createShares } from "@fleetkeeper/runtime";
import type { ForwardedRequest } from "@fleetkeeper/store";
import type { CachedToken } from "@fleetkeeper/tokens";
import type { Forward } from "@fleetkeeper/trackunit";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { accountParams, appSchema, type FindAccount } from "../accounts/find-account.ts";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { problemOf } from "../problem-of.ts";
import { Problem } from "../problems.ts";
import type { TokenSource } from "../tokens/token-source.ts";
import { type Counted, forwardedBody } from "./body.ts";
import { headersBack, headersToTrackunit } from "./headers.ts";
import { loggedPath, type RequestNotes } from "./request-log.ts";

export interface ProxyRoutesOptions {
  findAccount: FindAccount;
  tokens: TokenSource;
  forward: Forward;
  notes: RequestNotes;
  now: () => Date;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
/** At a time, in one process, and of these of one key: each may hold a body of 1 MiB. */
const maxForwarded = { total: 200, perOwner: 150 };
const maxAnswerBytes = 256 * 1024 * 1024;
const appHeader = "x-fleetkeeper-app";
/** Trackunit's answer began, and did not come to its end. */
const brokenOff = "ERR_TRACKUNIT_NO_ANSWER";

const description = `The path after \`/trackunit\` is requested from Trackunit's API with the account's token, \`…/trackunit/api/graphql/\` too. The account's limits are shared with the syncs, and a request goes before a sync that waits. After 401 it is sent again with a new token, unless its body is larger than 1 MiB. The body may have 32 MiB and the answer 256 MiB; redirects are not followed. An answer with the header \`x-fleetkeeper-from: trackunit\` is Trackunit's own, whatever its status; one without it is a refusal of this API. Cookies and this API's key do not go on. Where the account installed several apps, the header \`${appHeader}\` names one.`;

const operationIds = {
  GET: "proxyGet",
  HEAD: "proxyHead",
  POST: "proxyPost",
  PUT: "proxyPut",
  PATCH: "proxyPatch",
  DELETE: "proxyDelete",
};

export function proxyRoutes({
  findAccount,
  tokens,
  forward,
  notes,
  now,
}: ProxyRoutesOptions): FastifyPluginAsyncZod {
  const shares = createShares(maxForwarded);

  return async (app) => {
    // Bodies of all kinds, as they come.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));

    for (const method of methods)
      app.route({
        method,
        url: "/v1/accounts/:accountId/trackunit/*",
        exposeHeadRoute: false,
        config: { right: "proxy" },
        schema: {
          operationId: operationIds[method],
          summary: `${method} something from Trackunit on behalf of an account`,
          description,
          tags: ["proxy"],
          params: accountParams.extend({
            "*": z.string().meta({ description: "A path of Trackunit's API." }),
          }),
          headers: z.looseObject({ [appHeader]: appSchema.optional() }),
          response: { 200: z.unknown().meta({ description: "Trackunit's answer." }), ...refusals },
        },
        handler: async (request, reply) => {
          const giveBack = shares.take(ofRequest(request.key)._id);
          if (giveBack === undefined) throw new Problem("ERR_PROXY_BUSY", { retryAfterMs: 1_000 });
          reply.raw.once("close", giveBack);
          const { accountId } = request.params;
          return answer(request, reply, { accountId, app: request.headers[appHeader] as string | undefined });
        },
      });
  };

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    named: { accountId: string; app: string | undefined },
  ): Promise<FastifyReply> {
    const [, key = ""] = (request.headers.authorization ?? "").split(" ");
    const path = pathBehindRoute(request.url);
    if (path.includes(key) || decoded(path).includes(key))
      throw new Problem("ERR_REQUEST_INVALID", {
        detail: "The API key belongs into the header Authorization only.",
      });
    const owner = await findAccount(ofRequest(request.key), named);
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort(callerIsGone()));
    const sent: Counted = { bytes: 0 };
    reply.raw.once("finish", () => void sent.drain?.());
    const received: Counted = { bytes: 0 };
    const line: Pick<ForwardedRequest, "status" | "code"> = { status: null, code: null };
    const at = now();
    // When the answer is there, or its connection has gone.
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) line.code ??= callerIsGone().code;
      notes.note({
        installationId: owner._id,
        at,
        who: whoOf(ofRequest(request.key)),
        method: request.method,
        path: loggedPath(path),
        ...line,
        durationMs: Math.round(reply.elapsedTime),
        sentBytes: sent.bytes,
        receivedBytes: received.bytes,
        requestId: request.id,
      });
    });
    let token: CachedToken | undefined;
    try {
      const { statusCode, headers, body } = await forward({
        installationId: owner._id,
        method: request.method as (typeof methods)[number],
        path,
        headers: headersToTrackunit(request.headers, key),
        body: await forwardedBody(bodyOf(request), sent),
        getAccessToken: async (refused) => {
          const wish = refused === undefined || token === undefined ? {} : { refused: token };
          token = await tokens.get(owner, wish);
          return token.accessToken;
        },
        signal: gone.signal,
      });
      line.status = statusCode;
      const noteBroken = (error: unknown) => {
        if (error && !gone.signal.aborted) line.code = brokenOff;
      };
      return reply
        .code(statusCode)
        .headers({ ...headersBack(headers), "x-fleetkeeper-from": "trackunit" })
        .send(pipeline(body, bounded(received), noteBroken));
    } catch (thrown) {
      const error = isBrokenOff(request) ? callerIsGone() : thrown;
      line.code = problemOf(error).code;
      throw error;
    }
  }
}

/**
 * What follows `/v1/accounts/<id>/trackunit`, as it came; of absolute form too (RFC 9112, section 3.2.2). A
 * fragment is no part of a request.
 */
function pathBehindRoute(url: string): string {
  const [, path = "/"] = /^(?:https?:\/\/[^/]*)?(?:\/[^/]*){4}(\/[^#]*)/i.exec(url) ?? [];
  return path;
}

/** A key has only ASCII characters. */
function decoded(path: string): string {
  return path.replace(/%([0-7][0-9a-f])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Fastify reads none of GET and HEAD. */
function bodyOf({ body, headers, raw }: FastifyRequest): Readable | undefined {
  const { "content-length": length = "0", "transfer-encoding": encoding } = headers;
  const hasOne = encoding !== undefined || Number(length) > 0;
  return (body as Readable | undefined) ?? (hasOne ? raw : undefined);
}

/** Its body ended before its end: no fault of ours, nor of Trackunit's. */
function isBrokenOff({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

/** The caller does not get it; it keeps the log from calling it a fault of ours. */
function callerIsGone(): Problem {
  return new Problem("ERR_REQUEST_INVALID", { detail: "The caller closed the connection." });
}

/** An answer that is too long breaks off. */
function bounded(counted: Counted): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      counted.bytes += part.length;
      if (counted.bytes > maxAnswerBytes) done(new Error("the answer is too long"));
      else done(null, part);
    },
  });
}
