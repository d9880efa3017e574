// Accounts: the list, one with its syncs, and the publisher's notes on it.

import type { ApiKeyRow, ListQuery } from "@fleetkeeper/store";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ofRequest, whoOf } from "../key/routes.ts";
import { refusals } from "../openapi.ts";
import { nextSchema, pageQuery, readingPage } from "../paging.ts";
import {
  accountOf,
  accountSchema,
  accountWithSyncsSchema,
  notesSchema,
  stateSchema,
  syncOf,
} from "./account-schema.ts";
import { type ActivityRoutesOptions, activityRoutes } from "./activity-routes.ts";
import { accountParams, appQuery, appSchema, type FindAccount } from "./find-account.ts";
import { appOf } from "./whose.ts";

const tags = ["accounts"];

export function accountRoutes(options: ActivityRoutesOptions): FastifyPluginAsyncZod {
  const { store, findAccount, now } = options;

  return async (app) => {
    app.get(
      "/v1/accounts",
      {
        config: { right: "accounts:read" },
        schema: {
          operationId: "listAccounts",
          summary: "Accounts, by app and account id",
          tags,
          querystring: pageQuery.extend({
            state: stateSchema.optional(),
            app: appSchema.optional(),
            reference: z.string().max(200).optional(),
            search: z.string().min(1).max(200).optional().meta({
              description:
                "Any part of an account's id, of one of its names, of a fingerprint or of the installation id, in any case. A page may come before it is full, as `next` tells.",
            }),
          }),
          response: { 200: z.object({ accounts: z.array(accountSchema), next: nextSchema }), ...refusals },
        },
      },
      async ({ key, query }) => {
        const { limit, after, state, reference, search } = query;
        const named = appOf(ofRequest(key), query.app);
        const wanted: ListQuery = {
          sort: "id",
          limit,
          ...(after === undefined ? {} : { after }),
          ...(state === undefined ? {} : { state }),
          ...(reference === undefined ? {} : { reference }),
          ...(search === undefined ? {} : { search }),
          ...(named === null ? {} : { app: named }),
        };
        const { rows, next } = await readingPage(() => store.installations.list(wanted));
        const at = now();
        return { accounts: rows.map((row) => accountOf(row, at)), next: next ?? null };
      },
    );

    app.get(
      "/v1/accounts/:accountId",
      {
        config: { right: "accounts:read" },
        schema: {
          operationId: "getAccount",
          summary: "One account with its syncs, and why each of them waits",
          tags,
          params: accountParams,
          querystring: appQuery,
          response: { 200: accountWithSyncsSchema, ...refusals },
        },
      },
      async ({ key, params, query }) => withSyncs(ofRequest(key), { ...params, ...query }),
    );

    app.patch(
      "/v1/accounts/:accountId",
      {
        config: { right: "accounts:write" },
        schema: {
          operationId: "updateAccount",
          summary: "Set your own reference and metadata of an account",
          description:
            "Absent fields stay unchanged; `metadata` is replaced as a whole. Both survive a new install.",
          tags,
          params: accountParams,
          querystring: appQuery,
          body: notesSchema,
          response: { 200: accountWithSyncsSchema, ...refusals },
        },
      },
      async ({ key, params, query, body }) => {
        const mine = ofRequest(key);
        const { _id } = await findAccount(mine, { ...params, ...query });
        const { reference, metadata } = body;
        const notes = {
          ...(reference === undefined ? {} : { reference }),
          ...(metadata === undefined ? {} : { metadata }),
        };
        const names = Object.keys(notes);
        if (names.length > 0) {
          const action = `set ${names.join(" and ")}`;
          await store.audit.add({ at: now(), who: whoOf(mine), action, installationId: _id });
          await store.installations.setNotes(_id, notes);
        }
        return withSyncs(mine, { ...params, ...query });
      },
    );

    await app.register(activityRoutes(options));
  };

  async function withSyncs(key: ApiKeyRow, of: Parameters<FindAccount>[1]) {
    const row = await findAccount(key, of);
    const syncs = await store.syncs.ofInstallation(row._id);
    const at = now();
    return { ...accountOf(row, at), syncs: syncs.map((sync) => syncOf(sync, at)) };
  }
}
