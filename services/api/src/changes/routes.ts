// The change feed over HTTP: what syncs created, updated and deleted, by a cursor that also confirms; it may
// wait for news.

import type { Store } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { appQuery } from "../accounts/find-account.ts";
import { whoseOf } from "../accounts/whose.ts";
import { ofRequest } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { readingPage } from "../paging.ts";
import { ownerOf } from "../records/record-schema.ts";
import { entrySchema } from "./change-schema.ts";
import { feedCursorOf, firstCursor, textOf } from "./feed-cursor.ts";
import { readChanges } from "./read-changes.ts";

export interface ChangeRoutesOptions {
  store: Store;
  now: () => Date;
}

/** Each looks once a second; anyone who comes when as many wait is answered at once. */
const maxWaiting = 200;

export function changeRoutes({ store, now }: ChangeRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    const closing = new AbortController();
    app.addHook("preClose", async () => closing.abort());
    let waiting = 0;

    app.get(
      "/v1/changes",
      {
        config: { right: "records:read" },
        schema: {
          operationId: "listChanges",
          summary: "Changes in the records since this consumer last asked",
          description:
            "At least once, in order per record. Each answer's `next` confirms its entries when it comes back as `after`. A consumer that lost its cursor asks without one and gets the entries that it has not confirmed. Use each name in one process only. An entry of the type `gap` means that some entries were deleted: read the records of that account and resource again, then continue.",
          tags: ["records"],
          querystring: appQuery.extend({
            consumer: z
              .string()
              .regex(/^[A-Za-z0-9_-]{1,50}$/, "is letters, digits, - and _")
              .meta({ description: "A name for your reader: each name gets every entry once." }),
            after: z
              .string()
              .min(1)
              .max(8_000)
              .optional()
              .meta({ description: "`next` of the previous answer." }),
            limit: z.coerce.number().int().min(1).max(200).default(50).meta({
              description: "Entries; each has what one page of a sync changed.",
            }),
            wait: z.coerce.number().int().min(0).max(60).default(0).meta({
              description: "Seconds to wait if there is nothing new.",
            }),
          }),
          response: {
            200: z.object({
              entries: z.array(entrySchema),
              next: z.string().meta({ description: "Always given: the feed has no end." }),
            }),
            ...refusals,
          },
        },
      },
      async ({ key, query }, reply) => {
        const { app: named, consumer, limit, wait, after } = query;
        const { irisAppId } = ofRequest(key);
        const whose = whoseOf(ofRequest(key), named);
        const reader = JSON.stringify([consumer, whose]);
        const mayWait = wait > 0 && waiting < maxWaiting;
        const gone = new AbortController();
        reply.raw.once("close", () => gone.abort());
        if (mayWait) waiting += 1;
        const { entries, cursor } = await readingPage(async () => {
          const given = after === undefined ? firstCursor(reader) : feedCursorOf(after, reader);
          // Confirms nothing of an app that the key does not see.
          if (irisAppId !== null && !given.has.every(([syncId]) => isOf(syncId, irisAppId)))
            throw new TypeError("this is the cursor of another key");
          const signal = AbortSignal.any([closing.signal, gone.signal]);
          const waitMs = mayWait ? wait * 1_000 : 0;
          const asked = { consumer: `api-${consumer}`, whose, cursor: given, limit, waitMs, signal };
          return readChanges(store.feed, asked, now);
        }).finally(() => {
          if (mayWait) waiting -= 1;
        });
        return reply
          .type("application/json")
          .send(`{"entries":[${entries.join(",")}],"next":${JSON.stringify(textOf(cursor))}}` as never);
      },
    );
  };
}

function isOf(syncId: string, irisAppId: string): boolean {
  return ownerOf(syncId.slice(0, syncId.indexOf("/"))).app === irisAppId;
}
