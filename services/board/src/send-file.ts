// A download, line by line as fast as it is taken.

import { Readable } from "node:stream";
import type { RecordFormat } from "@fleetkeeper/operator";
import { createShares } from "@fleetkeeper/runtime";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import { BoardError } from "./errors.ts";

const types: Record<RecordFormat, string> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
};
/** A download that the client stops reading ends after this time, and frees its place. */
const defaultIdleMs = 60_000;

export type SendFile = ReturnType<typeof createSendFile>;

/** `total`: at the same time in one process, as all share MongoDB; half of them for one user. */
export function createSendFile(options: { total: number; log: Log; idleMs?: number }) {
  const { total, log, idleMs = defaultIdleMs } = options;
  const shares = createShares({ total });

  /** `name`: without its ending. @throws ERR_TOO_MANY_FILES */
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    { lines, format, name }: { lines: AsyncIterable<string>; format: RecordFormat; name: string },
  ): FastifyReply => {
    const giveBack = shares.take(request.identity?.user ?? "");
    if (giveBack === undefined) throw new BoardError("ERR_TOO_MANY_FILES");
    const stream = Readable.from(lines, { objectMode: true, highWaterMark: 1 });
    stream.once("error", (error) => log.warn({ error }, "a download broke off"));
    stream.once("close", giveBack);
    // No listener is needed: the connection then ends. The next request on it sets its time again.
    request.raw.socket.setTimeout(idleMs);
    return reply
      .type(types[format])
      .header("content-disposition", `attachment; filename="${name.replace(/[^\w.-]/g, "_")}.${format}"`)
      .send(stream);
  };
}
