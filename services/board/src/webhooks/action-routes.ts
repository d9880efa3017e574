// Everything that changes endpoints and deliveries of webhooks: GET asks, POST does. For operators; the gate
// and the form's token stand before it.

import type { WebhookActions } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { isBoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { questionPage } from "../html/question-page.ts";
import { capitalised } from "../html/words.ts";
import type { Form } from "./actions.ts";
import { createWebhookQuestions, type Question } from "./questions.ts";

const body = { type: "object", additionalProperties: { type: "string", maxLength: 6_000 } } as const;
/** What is wrong with what was filled in: asked again, with the reason. */
const faultsOfForm = ["ERR_WEBHOOK_KEY", "ERR_WRONG_STATE", "ERR_TOO_MANY_ENDPOINTS"];

export function addWebhookActionRoutes(
  server: FastifyInstance,
  options: { store: Store; actions: WebhookActions; notices: Notices; log: Log },
): void {
  const { store, actions, notices, log } = options;

  const { addEndpoint, actOnEndpoint, replay, replayAll } = createWebhookQuestions({ store, actions });
  ask("/webhooks/add", addEndpoint);
  ask("/webhooks/endpoints/:endpointId/do/:action", actOnEndpoint);
  ask("/webhooks/deliveries/:deliveryId/do/replay", replay);
  ask("/webhooks/replay", replayAll);

  /** The routes of one question. */
  function ask(path: string, questionOf: (request: FastifyRequest) => Promise<Question>): void {
    server.get(path, { preHandler: operatorsOnly }, async (request, reply) =>
      show(request, reply, await questionOf(request)),
    );
    server.post<{ Body: Form }>(
      path,
      { schema: { body }, preHandler: [operatorsOnly, server.csrfProtection] },
      async (request, reply) => {
        const question = await questionOf(request);
        const who = request.identity?.user ?? "";
        try {
          const { notice, next } = await question.carryOut(who, request.body);
          log.info({ user: who, operation: question.operation }, "operation");
          notices.leave(reply, notice);
          return reply.redirect(next, 303);
        } catch (error) {
          const fault = faultOfForm(error);
          if (fault === undefined) throw error;
          return show(request, reply.code(fault.status), question, fault.message);
        }
      },
    );
  }

  function show(request: FastifyRequest, reply: FastifyReply, question: Question, fault?: string) {
    const page = pageStateOf(request, reply, request.url);
    return sendPage(
      reply,
      questionPage({
        ...page,
        ...question,
        irrevocable: question.irrevocable ?? false,
        path: question.back,
        fault,
      }),
    );
  }
}

function faultOfForm(error: unknown): { status: number; message: string } | undefined {
  if (isBoardError(error, "ERR_BAD_FORM")) return { status: error.statusCode, message: error.message };
  const { code, message } = error as { code?: string; message?: string };
  if (code === undefined || message === undefined || !faultsOfForm.includes(code)) return undefined;
  return { status: code === "ERR_WRONG_STATE" ? 409 : 400, message: `${capitalised(message)}.` };
}
