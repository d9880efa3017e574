// `/accounts` and `/accounts/:installationId`: the list, the page of one account, and what keeps both up to
// date.

import { asInstallationId, type InstallationId } from "@fleetkeeper/model";
import type { Store, SyncHealth } from "@fleetkeeper/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { accountPath, firstTab } from "../html/paths.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import { remember } from "../live/remember.ts";
import { goneAccountPage } from "./account/gone-page.ts";
import { accountFragments, accountPage } from "./account/page.ts";
import {
  type AccountFacts,
  type FailedJobsOf,
  type LimitsOf,
  type RefusalsOf,
  readAccount,
} from "./account/read.ts";
import { type TabName, tabNames } from "./account/tabs.ts";
import { listFragments, listPage } from "./list/page.ts";
import { addressOf, type ListFacts, type ListRequest, listRequestOf, readList } from "./list/read.ts";
import { readRecords, recordsRequestOf } from "./records/read.ts";

export interface AccountsOptions {
  store: Store;
  failedJobsOf: FailedJobsOf;
  refusalsOf: RefusalsOf;
  limitsOf: LimitsOf;
  countByState: Store["installations"]["countByState"];
  readHealth: () => Promise<SyncHealth>;
  liveStreams: LiveStreams;
  notices: Notices;
  now: () => Date;
}

interface AccountRoute {
  Params: { installationId: string };
  Querystring: { tab?: unknown };
}

/** Looking for failed jobs reads more than the rest of a page, and they change seldom. */
const failedJobsForMs = 10_000;

export function addAccountRoutes(server: FastifyInstance, options: AccountsOptions): void {
  const { store, failedJobsOf, refusalsOf, limitsOf, liveStreams, notices, now } = options;

  server.get("/accounts", async (request, reply) => {
    const facts = await readList(options, listRequestOf(request.query));
    const page = pageStateOf(request, reply, "/accounts");
    return sendPage(reply, listPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get("/accounts/events", streamOptions, async (request, reply) =>
    liveStreams.send(request, reply, listTopic(listRequestOf(request.query))),
  );

  server.get<AccountRoute>("/accounts/:installationId", async (request, reply) => {
    const id = installationIdOf(request);
    const tab = tabOf(request);
    const facts = await readAccount({ store, failedJobsOf, refusalsOf, limitsOf, now }, id);
    const page = {
      ...pageStateOf(request, reply, accountPath(id)),
      tab,
      notice: notices.take(request, reply),
    };
    if (facts !== undefined) {
      const records =
        tab === "records"
          ? { records: await readRecords(store, id, facts.syncs, recordsRequestOf(request.query)) }
          : {};
      return sendPage(reply, accountPage({ ...page, facts: { ...facts, ...records } }));
    }
    const audit = await store.audit.of(id, 25);
    if (audit.length === 0) throw new BoardError("ERR_NOT_FOUND");
    reply.code(404);
    return sendPage(reply, goneAccountPage({ ...page, audit, at: now() }));
  });

  server.get<AccountRoute>("/accounts/:installationId/events", streamOptions, async (request, reply) =>
    liveStreams.send(request, reply, accountTopic(installationIdOf(request), tabOf(request))),
  );

  function listTopic(request: ListRequest): Topic<ListFacts> {
    return {
      key: addressOf(request),
      read: () => readList(options, request),
      render: listFragments,
    };
  }

  function accountTopic(id: InstallationId, tab: TabName): Topic<AccountFacts> {
    const failedJobs = remember(failedJobsForMs, () => failedJobsOf(id));
    return {
      key: accountPath(id, tab),
      async read() {
        const facts = await readAccount({ store, failedJobsOf: failedJobs, refusalsOf, limitsOf, now }, id);
        if (facts === undefined) throw new BoardError("ERR_NOT_FOUND");
        return facts;
      },
      render: (facts, role) => accountFragments(facts, role, tab),
    };
  }
}

/** The first tab where the address names none that there is. */
function tabOf({ query }: FastifyRequest<AccountRoute>): TabName {
  return tabNames.find((name) => name === query.tab) ?? firstTab;
}

function installationIdOf(request: FastifyRequest<AccountRoute>): InstallationId {
  return asInstallationId(request.params.installationId);
}
