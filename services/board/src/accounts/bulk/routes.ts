// `/accounts/bulk`: GET counts and asks, POST begins; `/accounts/bulk/runs/:id` shows how far it got. For
// operators; the gate and the form's token stand before it.

import type { QueueSet } from "@fleetkeeper/jobs";
import {
  type BulkPlan,
  counted,
  createBulkActions,
  type OperatorActions,
  WrongStateError,
} from "@fleetkeeper/operator";
import type { RedisClient } from "@fleetkeeper/redis";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operatorsOnly } from "../../auth/gate.ts";
import { pageStateOf } from "../../auth/page-state.ts";
import { BoardError } from "../../errors.ts";
import { sendPage } from "../../html/html.ts";
import { bulkRunPath } from "../../html/paths.ts";
import { type LiveStreams, streamOptions } from "../../live/live-streams.ts";
import { createBulkRunner } from "./carry-out.ts";
import { type BulkFacts, bulkQuestionPage, bulkRunFragments, bulkRunPage } from "./pages.ts";
import { createBulkProgresses } from "./progress.ts";
import { type BulkRequest, bulkRequestOf } from "./request.ts";

interface RunRoute {
  Params: { id: string };
}

/** Who waits for a page waits no longer. */
const countForMs = 20_000;
const body = {
  type: "object",
  additionalProperties: { type: "string", maxLength: 200 },
} as const;

export function addBulkRoutes(
  server: FastifyInstance,
  options: {
    store: Store;
    queueSet: QueueSet;
    redis: RedisClient;
    namespace: string;
    actions: OperatorActions;
    liveStreams: LiveStreams;
    log: Log;
    now: () => Date;
  },
): void {
  const { store, queueSet, redis, namespace, actions, liveStreams, log, now } = options;
  const bulkActions = createBulkActions({ store, actions, queues: queueSet, now });
  const progresses = createBulkProgresses(redis, namespace);
  const runner = createBulkRunner({ bulkActions, progresses, log, now });
  server.addHook("preClose", () => runner.close());
  const forOperators = { preHandler: operatorsOnly };
  const changes = { schema: { body }, preHandler: [operatorsOnly, server.csrfProtection] };

  server.get("/accounts/bulk", forOperators, async (request, reply) => {
    const asked = bulkRequestOf(request.query);
    return ask(request, reply, asked, await planOf(asked));
  });

  server.post<{ Body: { counted?: string } }>("/accounts/bulk", changes, async (request, reply) => {
    const asked = bulkRequestOf(request.query);
    const plan = await planOf(asked);
    const { length } = plan.ids;
    if (length > Number(request.body.counted ?? 0)) {
      const fault = `It is now ${counted(length, "account")}. Nothing was done yet.`;
      return ask(request, reply.code(409), asked, plan, fault);
    }
    if (length === 0) return ask(request, reply, asked, plan);
    const who = request.identity?.user ?? "";
    const id = await runner.start(who, asked, plan);
    log.info({ user: who, operation: `bulk ${asked.action}`, accounts: length, bulk: id }, "operation");
    return reply.redirect(bulkRunPath(id), 303);
  });

  server.get<RunRoute>("/accounts/bulk/runs/:id", forOperators, async (request, reply) => {
    const facts = await factsOf(request.params.id);
    return sendPage(reply, bulkRunPage({ ...pageStateOf(request, reply, "/accounts"), facts }));
  });

  server.get<RunRoute>(
    "/accounts/bulk/runs/:id/events",
    { ...streamOptions, ...forOperators },
    async (request, reply) => {
      const { id } = request.params;
      return liveStreams.send(request, reply, {
        key: bulkRunPath(id),
        read: () => factsOf(id),
        render: bulkRunFragments,
      });
    },
  );

  server.post<RunRoute>("/accounts/bulk/runs/:id/cancel", changes, async (request, reply) => {
    const { id } = request.params;
    await factsOf(id);
    await progresses.cancel(id);
    log.info({ user: request.identity?.user, operation: "cancel bulk", bulk: id }, "operation");
    return reply.redirect(bulkRunPath(id), 303);
  });

  /** @throws ERR_NOT_FOUND for one of which nothing is kept. */
  async function factsOf(id: string): Promise<BulkFacts> {
    const progress = await progresses.read(id);
    if (progress === undefined) throw new BoardError("ERR_NOT_FOUND");
    return { id, progress, at: now() };
  }

  async function planOf({ action, filter }: BulkRequest): Promise<BulkPlan> {
    const signal = AbortSignal.timeout(countForMs);
    try {
      return await bulkActions.plan(action, filter, signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new WrongStateError(
        "counting the accounts took too long; narrow them down, for instance by state",
      );
    }
  }

  function ask(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: BulkRequest,
    plan: BulkPlan,
    fault?: string,
  ): Promise<FastifyReply> {
    const page = pageStateOf(request, reply, "/accounts");
    return sendPage(reply, bulkQuestionPage({ ...page, request: asked, plan, fault }));
  }
}
