// `/`: the state of the queues at a glance.

import type { QueueSet } from "@fleetkeeper/jobs";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { readQueueStates } from "../bull-board/queue-states.ts";
import { sendPage } from "../views/html.ts";
import { overviewPage } from "../views/overview-page.ts";
import { csrfTokenFor } from "./login.ts";

export function addOverviewRoute(server: FastifyInstance, options: { queueSet: QueueSet; log: Log }): void {
  const { queueSet, log } = options;
  server.get("/", async (request, reply) => {
    const queues = await readQueueStates(queueSet).catch((error: unknown) => {
      log.warn({ error }, "queues could not be read");
      return undefined;
    });
    if (queues === undefined) reply.code(503);
    const page = { identity: request.identity, csrfToken: csrfTokenFor(request, reply), path: "/" };
    return sendPage(reply, overviewPage({ ...page, queues, at: new Date() }));
  });
}
