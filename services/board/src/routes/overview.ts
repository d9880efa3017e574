// `/`: the state of the whole system at a glance, kept up to date, and the retry of all failed jobs of a queue.

import type { QueueName } from "@fleetkeeper/jobs";
import type { OperatorActions } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { operatorsOnly } from "../auth/operators-only.ts";
import { NotFoundError } from "../errors.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import type { OverviewFacts, ReadOverview } from "../overview/read-overview.ts";
import { retriableQueues } from "../overview/retriable-queues.ts";
import { sendPage } from "../views/html.ts";
import { overviewFragments, overviewPage } from "../views/overview-page.ts";
import { retryQueuePage } from "../views/retry-queue-page.ts";
import { counted } from "../views/words.ts";
import { csrfTokenFor } from "./login.ts";
import type { Notices } from "./notices.ts";

export interface OverviewOptions {
  readOverview: ReadOverview;
  actions: OperatorActions;
  audit: Pick<Store["audit"], "ofQueue">;
  liveStreams: LiveStreams;
  notices: Notices;
  log: Log;
  now: () => Date;
}

interface QueueRoute {
  Params: { queue: string };
}

export function addOverviewRoutes(server: FastifyInstance, options: OverviewOptions): void {
  const { readOverview, actions, audit, liveStreams, notices, log, now } = options;
  const topic: Topic<OverviewFacts> = { key: "/", read: readOverview, render: overviewFragments };

  server.get("/", async (request, reply) => {
    const facts = await readOverview();
    if (facts.redis === undefined || facts.mongodb === undefined) reply.code(503);
    const page = { identity: request.identity, csrfToken: csrfTokenFor(request, reply), path: "/" };
    return sendPage(reply, overviewPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get("/events", streamOptions, async (request, reply) => liveStreams.send(request, reply, topic));

  server.get<QueueRoute>("/retry-failed/:queue", { preHandler: operatorsOnly }, async (request, reply) => {
    const queue = queueOf(request);
    const before = await audit.ofQueue(queue, 5);
    const page = { identity: request.identity, csrfToken: csrfTokenFor(request, reply), path: "/" };
    return sendPage(reply, retryQueuePage({ ...page, queue, before, at: now() }));
  });

  server.post<QueueRoute>(
    "/retry-failed/:queue",
    { preHandler: [operatorsOnly, server.csrfProtection] },
    async (request, reply) => {
      const queue = queueOf(request);
      const who = request.identity?.user ?? "";
      const started = await actions.retryQueue(who, queue);
      log.info({ user: who, operation: "retry failed", queue }, "operation");
      notices.leave(reply, `Started again: ${counted(started, "failed job")} of ${queue}.`);
      return reply.redirect("/", 303);
    },
  );
}

function queueOf({ params }: FastifyRequest<QueueRoute>): QueueName {
  const queue = retriableQueues.find((name) => name === params.queue);
  if (queue === undefined) throw new NotFoundError();
  return queue;
}
