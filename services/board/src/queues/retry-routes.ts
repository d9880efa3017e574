// `/retry-failed/:queue`: all failed jobs of a queue are started again. GET asks, POST does.

import type { QueueName } from "@fleetkeeper/jobs";
import { counted, type OperatorActions } from "@fleetkeeper/operator";
import type { AuditDocument, Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError } from "../errors.ts";
import { type Html, html, sendPage } from "../html/html.ts";
import type { PageState } from "../html/layout.ts";
import type { Notices } from "../html/notices.ts";
import { retryPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";
import { timeTag } from "../html/time.ts";

/** The queues whose failed jobs can be started again all at once; the dispatch tick is the worker's. */
export const retriableQueues: readonly QueueName[] = [
  "install",
  "forget",
  "prewarm",
  "sync",
  "webhook",
  "notify",
];

interface QueueRoute {
  Params: { queue: string };
}

export function addRetryRoutes(
  server: FastifyInstance,
  options: {
    actions: OperatorActions;
    audit: Pick<Store["audit"], "ofQueue">;
    notices: Notices;
    log: Log;
    now: () => Date;
  },
): void {
  const { actions, audit, notices, log, now } = options;

  server.get<QueueRoute>("/retry-failed/:queue", { preHandler: operatorsOnly }, async (request, reply) => {
    const queue = queueOf(request);
    const before = await audit.ofQueue(queue, 5);
    const page = pageStateOf(request, reply, "/");
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
  if (queue === undefined) throw new BoardError("ERR_NOT_FOUND");
  return queue;
}

function retryQueuePage(
  page: PageState & { queue: QueueName; before: readonly AuditDocument[]; at: Date },
): Html {
  const { queue, before, at } = page;
  return questionPage({
    ...page,
    question: `Retry all failed jobs of ${queue}?`,
    consequence: "Every failed job of this queue, of all accounts, is started again.",
    fields:
      before.length === 0
        ? undefined
        : html`<p class="faint">Done before: ${before.map((entry) => html`by ${entry.who} ${timeTag(entry.at, at)} `)}</p>`,
    verb: "Retry failed jobs",
    irrevocable: false,
    postTo: retryPath(queue),
    back: "/",
  });
}
