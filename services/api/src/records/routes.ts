// Records that syncs have read: of one account, and across accounts; by page, or all as lines of JSON.

import { isResource } from "@fleetkeeper/model";
import type { RecordQuery, Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { accountParams, appQuery, type FindAccount } from "../accounts/find-account.ts";
import { whoseOf } from "../accounts/whose.ts";
import { ofRequest } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { nextSchema, pageQuery, readingPage } from "../paging.ts";
import { createExport, ndjson } from "./export.ts";
import { recordOf, recordSchema } from "./record-schema.ts";

export interface RecordRoutesOptions {
  store: Store;
  findAccount: FindAccount;
  log: Log;
}

const resourceParams = z.object({
  resource: z.string().max(61).refine(isResource, "is not the resource of a sync").meta({
    description: "The resource of a sync, such as `assets`. If no sync has written it, the list is empty.",
  }),
});

const recordQuery = pageQuery.extend({
  changedSince: z.iso
    .datetime({ offset: true, error: "is not a time such as 2026-01-01T00:00:00Z" })
    .optional()
    .meta({
      description:
        "Only records that a sync wrote at or after this time, by the workers' clocks. To miss nothing, follow `/v1/changes`.",
    }),
  deleted: z.enum(["include", "only"]).optional().meta({
    description: "Also records that Trackunit deleted; without it they are left out.",
  }),
  ids: queryList(z.string().min(1).max(1_000), 500).optional().meta({
    description:
      "Only these; may be repeated. Across accounts they are looked for among all records: pages are short then.",
  }),
  fields: queryList(
    z
      .string()
      .max(200)
      .regex(/^[^.$\0]+(\.[^.$\0]+)*$/, "is not the path of a field"),
    50,
  )
    .optional()
    .meta({ description: "Only these fields of `data`, by dotted path; may be repeated." }),
});

const pageSchema = z.object({ records: z.array(recordSchema), next: nextSchema }).meta({
  id: "RecordPage",
  description: "A page may be short, even empty; only `next: null` marks the end.",
});

const tags = ["records"];
const description = `Ordered by id, which never changes: no record that exists all the time is left out or comes twice, even if others are written meanwhile. With \`Accept: ${ndjson}\` all from \`after\` on come as lines of JSON, without \`limit\`; an answer that breaks off is incomplete.`;
const answers = {
  200: {
    description: "A page, or all as lines of JSON.",
    content: { "application/json": { schema: pageSchema }, [ndjson]: { schema: z.string() } },
  },
  ...refusals,
};

export function recordRoutes({ store, findAccount, log }: RecordRoutesOptions): FastifyPluginAsyncZod {
  const exported = createExport(store.records, (error) => log.warn({ error }, "an export broke off"));

  return async (app) => {
    app.get(
      "/v1/accounts/:accountId/records/:resource",
      {
        config: { right: "records:read" },
        schema: {
          operationId: "listRecordsOfAccount",
          summary: "Records of one account",
          description,
          tags,
          params: accountParams.extend(resourceParams.shape),
          querystring: recordQuery.extend(appQuery.shape),
          response: answers,
        },
      },
      async ({ key, params, query, headers }, reply) => {
        const { app: named, ...rest } = query;
        const { _id } = await findAccount(ofRequest(key), { ...params, app: named });
        const whose = { installationId: _id };
        return answer(reply, headers.accept, { ...params, ...rest, whose });
      },
    );

    app.get(
      "/v1/records/:resource",
      {
        config: { right: "records:read" },
        schema: {
          operationId: "listRecords",
          summary: "Records of all accounts that the key sees",
          description,
          tags,
          params: resourceParams,
          querystring: recordQuery.extend(appQuery.shape),
          response: answers,
        },
      },
      async ({ key, params, query, headers }, reply) => {
        const { app: named, ...rest } = query;
        return answer(reply, headers.accept, { ...params, ...rest, whose: whoseOf(ofRequest(key), named) });
      },
    );
  };

  async function answer(
    reply: FastifyReply,
    accept: string | undefined,
    { resource, whose, ids, deleted, changedSince, fields, after, limit }: Asked,
  ) {
    const query: Omit<RecordQuery, "limit"> = {
      resource,
      whose,
      ...(ids === undefined ? {} : { ids }),
      ...(deleted === undefined ? {} : { deleted }),
      ...(changedSince === undefined ? {} : { changedSince: new Date(changedSince) }),
      ...(fields === undefined ? {} : { fields }),
      ...(after === undefined ? {} : { after }),
    };
    if (accept?.toLowerCase().includes(ndjson)) {
      const lines = await exported(query, ofRequest(reply.request.key)._id);
      return reply.type(ndjson).send(lines);
    }
    const { rows, next } = await readingPage(() => store.records.page({ ...query, limit }));
    return { records: rows.map(recordOf), next: next ?? null };
  }
}

type Asked = z.output<typeof recordQuery> & Pick<RecordQuery, "resource" | "whose">;

/** A parameter that may be repeated, `?fields=name&fields=location.latitude`: at most `max` texts. */
function queryList(item: z.ZodString, max: number) {
  return z.union([item.transform((one) => [one]), z.array(item).min(1).max(max)]);
}
