// Everything that changes a receiver: GET asks, POST does. For operators; the gate and the form's token stand
// before it.

import { type ReceiverActions, WrongStateError } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { BoardError, isBoardError } from "../errors.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { receiverActionPath, receiverPath, receiversPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";
import { capitalised } from "../html/words.ts";
import { type Form, findReceiverAction, type ReceiverAction } from "./actions.ts";
import { secretPage } from "./form-pages.ts";
import { shownUrl } from "./words.ts";

/** What is asked about, as the address says it. */
interface Asked {
  action: ReceiverAction;
  receiver: ReceiverRow;
  event: string;
}

interface ActionRoute {
  Params: { id: string; action: string };
  Querystring: { event: string };
}

const querystring = {
  type: "object",
  properties: { event: { type: "string", maxLength: 100, default: "" } },
} as const;
const body = { type: "object", additionalProperties: { type: "string", maxLength: 200 } } as const;
const path = `${receiversPath}/:id/do/:action`;

export function addReceiverActionRoutes(
  server: FastifyInstance,
  options: { receivers: ReceiverActions; notices: Notices; log: Log },
): void {
  const { receivers, notices, log } = options;

  server.get<ActionRoute>(
    path,
    { schema: { querystring }, preHandler: operatorsOnly },
    async (request, reply) => show(request, reply, await askedBy(request)),
  );

  server.post<ActionRoute & { Body: Form }>(
    path,
    { schema: { querystring, body }, preHandler: [operatorsOnly, server.csrfProtection] },
    async (request, reply) => {
      const asked = await askedBy(request);
      const { action, receiver, event } = asked;
      const who = request.identity?.user ?? "";
      try {
        const done = await action.carryOut(receivers, { who, receiver, event, form: request.body });
        log.info({ user: who, operation: `receiver ${action.name}`, receiver: receiver._id }, "operation");
        if ("secret" in done) {
          const page = pageStateOf(request, reply, receiverPath(receiver._id));
          return sendPage(reply, secretPage({ ...page, id: receiver._id, secret: done.secret }));
        }
        notices.leave(reply, done.notice);
        return reply.redirect(action.irrevocable ? receiversPath : receiverPath(receiver._id), 303);
      } catch (error) {
        const fault = faultOfForm(error);
        if (fault === undefined) throw error;
        return show(request, reply.code(fault.status), asked, fault.message);
      }
    },
  );

  /** @throws ERR_NOT_FOUND, NotFoundError */
  async function askedBy(request: FastifyRequest<ActionRoute>): Promise<Asked> {
    const action = findReceiverAction(request.params.action);
    if (action === undefined) throw new BoardError("ERR_NOT_FOUND");
    return { action, receiver: await receivers.find(request.params.id), event: request.query.event };
  }

  function show(request: FastifyRequest, reply: FastifyReply, asked: Asked, fault?: string) {
    const { action, receiver, event } = asked;
    const back = receiverPath(receiver._id);
    const what = `${event === "" ? "" : ` The event is ${event}.`} The receiver is ${shownUrl(receiver.url)}.`;
    return sendPage(
      reply,
      questionPage({
        ...pageStateOf(request, reply, back),
        ...action,
        consequence: `${action.consequence}${what}`,
        fields: action.fields?.(receiver),
        irrevocable: action.irrevocable ?? false,
        postTo: receiverActionPath(action, receiver._id, event),
        back,
        fault,
      }),
    );
  }
}

/** What is wrong with what was asked for: asked again, with the reason. */
function faultOfForm(error: unknown): { status: number; message: string } | undefined {
  if (isBoardError(error, "ERR_BAD_FORM")) return { status: error.statusCode, message: error.message };
  if (error instanceof WrongStateError) return { status: 409, message: `${capitalised(error.message)}.` };
  return undefined;
}
