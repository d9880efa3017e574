// `/audit`: the log of all accounts, and the same as a file.

import { Readable } from "node:stream";
import { logFile, recordFormats } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import { auditPath } from "../html/paths.ts";
import { auditPage } from "./page.ts";
import { auditRequestOf, fileQueryOf, readAudit } from "./query.ts";

/** At the same time in one process: all share MongoDB. */
const maxFiles = 2;
const types = { ndjson: "application/x-ndjson", csv: "text/csv; charset=utf-8" };

export function addAuditRoutes(
  server: FastifyInstance,
  { store, log, now }: { store: Store; log: Log; now: () => Date },
): void {
  let files = 0;

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
      if (files >= maxFiles) throw new BoardError("ERR_TOO_MANY_FILES");
      files += 1;
      const stream = Readable.from(logFile(store.actionLog, query, format), {
        objectMode: true,
        highWaterMark: 1,
      });
      stream.once("error", (error) => log.warn({ error }, "a file of the audit log broke off"));
      stream.once("close", () => {
        files -= 1;
      });
      return reply
        .type(types[format])
        .header("content-disposition", `attachment; filename="audit.${format}"`)
        .send(stream);
    },
  );
}
