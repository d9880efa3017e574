// The Bull board at `/queues`, bent to our rules: nothing secret in its answers, few operations, read-only
// for viewers, our CSP, navigation and time zone, and each job with a link to its account.

import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import type { QueueSet } from "@fleetkeeper/jobs";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { changesSomething } from "../../auth/same-origin.ts";
import { BoardError } from "../../errors.ts";
import { icon, pathOf } from "../../html/assets.ts";
import type { SendError } from "../../send-error.ts";
import { adaptEntryPage, entryPageCsp } from "./entry-page.ts";
import { fitToRole } from "./fit-to-role.ts";
import { linkAccounts } from "./link-accounts.ts";
import { allowedOperation } from "./operations.ts";
import { presentable } from "./presentable.ts";

export const bullBoardPath = "/queues";

export async function addBullBoard(
  server: FastifyInstance,
  options: {
    queueSet: QueueSet;
    store: { audit: Pick<Store["audit"], "add">; installations: Pick<Store["installations"], "find"> };
    sendError: SendError;
    log: Log;
    now: () => Date;
  },
): Promise<void> {
  const { queueSet, store, sendError, log, now } = options;
  const { audit, installations } = store;
  const adapter = new FastifyAdapter();
  const { basePath } = server;
  adapter.setBasePath(bullBoardPath);
  createBullBoard({
    queues: Object.values(queueSet.queues).map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: uiConfigFor(basePath) },
  });

  await server.register(async (scope) => {
    scope.addHook("onRequest", async (_request, reply) => {
      reply.header("content-security-policy", entryPageCsp);
    });
    scope.addHook("preHandler", async (request, reply) => {
      if (!changesSomething(request)) return;
      const operation = operationOf(request);
      if (operation === undefined) return sendError(new BoardError("ERR_OPERATION_OFF"), request, reply);
      const { queueName: queue = everyQueue, jobId } = request.params as BullBoardParams;
      const action = jobId === undefined ? operation.name : `${operation.name} ${jobId}`;
      try {
        await audit.add({ at: now(), who: request.identity?.user ?? "", action, queue });
      } catch (error) {
        // Nothing is done without a trace.
        return sendError(error, request, reply);
      }
    });
    scope.addHook("preSerialization", async (request, _reply, payload) => {
      const shown = withWordsForBullBoard(fitToRole(request.identity, presentable(payload)));
      return linkAccounts(shown, { find: installations.find, basePath });
    });
    scope.addHook("onSend", async (request, reply) => {
      if (changesSomething(request)) logOperation(request, reply, log);
    });
    scope.addHook("onSend", async (_request, reply, payload) =>
      isEntryPage(reply) ? adaptEntryPage(String(payload), basePath) : payload,
    );
    await scope.register(adapter.registerPlugin(), { prefix: bullBoardPath });
  });
}

/** In the audit log, where it is about all of them. */
const everyQueue = "all";

interface BullBoardParams {
  queueName?: string;
  jobId?: string;
}

/** In UTC, as all pages of ours, and it says so. */
const dayAndTime = {
  timeZone: "UTC",
  timeZoneName: "short",
  hourCycle: "h23",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
} as const;

const uiConfigFor = (basePath: string) => ({
  boardTitle: "Fleetkeeper queues",
  boardLogo: { path: basePath + pathOf(icon), width: 28, height: 28 },
  favIcon: { default: basePath + pathOf(icon), alternative: basePath + pathOf(icon) },
  dateFormats: { short: dayAndTime, common: dayAndTime, full: dayAndTime },
  hideDocsLink: true,
});

function logOperation(request: FastifyRequest, { statusCode }: FastifyReply, log: Log): void {
  const { queueName: queue, jobId } = request.params as BullBoardParams;
  const operation = operationOf(request)?.name ?? "refused";
  log.info({ user: request.identity?.user, operation, queue, jobId, statusCode }, "operation");
}

/** Not so the login page or an error in its place. */
function isEntryPage(reply: FastifyReply): boolean {
  return reply.statusCode === 200 && String(reply.getHeader("content-type")).startsWith("text/html");
}

/** Our refusals in the shape that the Bull board's page shows, besides our own. */
function withWordsForBullBoard(payload: unknown): unknown {
  const { error } = payload as { error?: { code?: string; message?: string; key?: string } };
  if (error?.code === undefined || error.key !== undefined) return payload;
  return { error: { ...error, key: "ERRORS.FORBIDDEN" }, message: error.message };
}

function operationOf(request: FastifyRequest) {
  const route = (request.routeOptions.url ?? "").slice(bullBoardPath.length);
  return allowedOperation(request.method, route, request.params as { queueName?: string });
}
