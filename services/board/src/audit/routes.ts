// `/audit`: the log of all accounts, and the same as a file.

import { logFile, recordFormats } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import { auditPath } from "../html/paths.ts";
import { createSendFile } from "../send-file.ts";
import { auditPage } from "./page.ts";
import { auditRequestOf, fileQueryOf, readAudit } from "./query.ts";

export function addAuditRoutes(
  server: FastifyInstance,
  { store, log, now }: { store: Store; log: Log; now: () => Date },
): void {
  const sendFile = createSendFile({ total: 2, log });

  server.get(auditPath(), async (request, reply) => {
    const facts = await readAudit({ store, now }, auditRequestOf(request.query));
    return sendPage(reply, auditPage({ ...pageStateOf(request, reply, auditPath()), facts }));
  });

  server.get<{ Params: { format: string } }>(
    "/audit/file/:format",
    { exposeHeadRoute: false },
    async (request, reply) => {
      const format = recordFormats.find((name) => name === request.params.format);
      if (format === undefined) throw new BoardError("ERR_NOT_FOUND");
      const query = await fileQueryOf(store, auditRequestOf(request.query));
      return sendFile(request, reply, {
        lines: logFile(store.actionLog, query, format),
        format,
        name: "audit",
      });
    },
  );
}
