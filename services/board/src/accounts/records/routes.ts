// `/accounts/:installationId/records/:resource`: all that fit as a file, and below it one record.

import { asInstallationId } from "@fleetkeeper/model";
import { recordFile, recordFormats } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../../auth/page-state.ts";
import { BoardError } from "../../errors.ts";
import { sendPage } from "../../html/html.ts";
import { recordPath } from "../../html/paths.ts";
import { createSendFile } from "../../send-file.ts";
import { queryOf, recordsRequestOf } from "./read.ts";
import { recordPage } from "./record-page.ts";

interface FileRoute {
  Params: { installationId: string; resource: string };
  Querystring: { format?: unknown };
}

interface RecordRoute {
  Params: { installationId: string; resource: string; externalId: string };
}

const shownChanges = 50;
export function addRecordRoutes(
  server: FastifyInstance,
  { store, log, now }: { store: Store; log: Log; now: () => Date },
): void {
  // Each holds a page of up to 4 MiB.
  const sendFile = createSendFile({ total: 4, log });

  server.get<FileRoute>(
    "/accounts/:installationId/records/:resource",
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { accountId, id, resource } = await subjectOf(request.params);
      const format = recordFormats.find((name) => name === request.query.format) ?? "ndjson";
      const lines = recordFile(store.records, queryOf(id, resource, recordsRequestOf(request.query)), format);
      return sendFile(request, reply, { lines, format, name: `${resource}-${accountId}` });
    },
  );

  server.get<RecordRoute>(
    "/accounts/:installationId/records/:resource/:externalId",
    async (request, reply) => {
      const { accountId, id, resource, syncId } = await subjectOf(request.params);
      const { externalId } = request.params;
      const record = await store.records.find(resource, id, externalId);
      if (record === null) throw new BoardError("ERR_NOT_FOUND");
      const history = await store.feed.historyOf(syncId, externalId, shownChanges);
      const page = pageStateOf(request, reply, recordPath(id, resource, externalId));
      return sendPage(reply, recordPage({ ...page, record, accountId, resource, history, at: now() }));
    },
  );

  /** @throws ERR_NOT_FOUND for what no sync of the account writes: no other collection is read. */
  async function subjectOf(params: FileRoute["Params"]) {
    const id = asInstallationId(params.installationId);
    const [found, syncs] = await Promise.all([store.installations.find(id), store.syncs.ofInstallation(id)]);
    const sync = syncs.find(({ resource }) => resource === params.resource);
    if (found === null || sync?.resource === undefined) throw new BoardError("ERR_NOT_FOUND");
    return { accountId: found.accountId, id, resource: sync.resource, syncId: sync._id };
  }
}
