// What was forwarded to Trackunit for an account, and a run of one of its syncs now.

import type { QueueSet } from "@fleetkeeper/jobs";
import { createOperatorActions } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { nextSchema, pageQuery, readingPage } from "../paging.ts";
import { accountParams, appQuery, type FindAccount } from "./find-account.ts";
import { requestOf, requestSchema } from "./request-schema.ts";

export interface ActivityRoutesOptions {
  store: Store;
  findAccount: FindAccount;
  queues: QueueSet;
  now: () => Date;
}

const tags = ["accounts"];

export function activityRoutes({
  store,
  findAccount,
  queues,
  now,
}: ActivityRoutesOptions): FastifyPluginAsyncZod {
  const actions = createOperatorActions({ store, queues, now });

  return async (app) => {
    app.get(
      "/v1/accounts/:accountId/requests",
      {
        config: { right: "accounts:read" },
        schema: {
          operationId: "listRequests",
          summary: "Requests that were forwarded to Trackunit on behalf of an account, the newest first",
          description:
            "The newest 500 or so, for 7 days; a line appears within seconds of its request's end.",
          tags,
          params: accountParams,
          querystring: pageQuery.extend(appQuery.shape),
          response: { 200: z.object({ requests: z.array(requestSchema), next: nextSchema }), ...refusals },
        },
      },
      async ({ key, params, query: { app: named, limit, after } }) => {
        const { _id } = await findAccount(ofRequest(key), { ...params, app: named });
        const page = { limit, ...(after === undefined ? {} : { after }) };
        const { rows, next } = await readingPage(() => store.requestLog.of(_id, page));
        return { requests: rows.map(requestOf), next: next ?? null };
      },
    );

    app.post(
      "/v1/accounts/:accountId/syncs/:sync/run",
      {
        config: { right: "syncs:write" },
        schema: {
          operationId: "runSync",
          summary: "Run a sync once, as soon as a worker is free",
          tags,
          params: accountParams.extend({ sync: z.string().min(1).max(100) }),
          querystring: appQuery,
          response: { 202: z.object({ status: z.literal("due") }), ...refusals },
        },
      },
      async ({ key, params, query }, reply) => {
        const mine = ofRequest(key);
        const { _id } = await findAccount(mine, { ...params, ...query });
        await actions.syncNow(whoOf(mine), _id, params.sync);
        reply.code(202);
        return { status: "due" } as const;
      },
    );
  };
}
