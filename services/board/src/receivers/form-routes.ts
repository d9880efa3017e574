// `/receivers/new` and `/receivers/<id>/change`: receivers are made and changed by operators, as the command
// line does it.

import { type ReceiverActions, WrongStateError } from "@fleetkeeper/operator";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { changeReceiverPath, newReceiverPath, receiverPath, receiversPath } from "../html/paths.ts";
import { capitalised } from "../html/words.ts";
import { changeReceiverPage, newReceiverPage, secretPage } from "./form-pages.ts";
import {
  emptyForm,
  formOfReceiver,
  type ReceiverForm,
  receiverFormSchema,
  trimmed,
  wantedOf,
} from "./receiver-form.ts";

interface NewForm {
  Body: ReceiverForm;
}

interface ChangeForm extends NewForm {
  Params: { id: string };
}

const changePath = `${receiversPath}/:id/change`;

export function addReceiverFormRoutes(
  server: FastifyInstance,
  { receivers, notices, log }: { receivers: ReceiverActions; notices: Notices; log: Log },
): void {
  const takesForm = {
    schema: { body: receiverFormSchema },
    preHandler: [operatorsOnly, server.csrfProtection],
  };

  server.get(newReceiverPath, { preHandler: operatorsOnly }, async (request, reply) => {
    const page = pageStateOf(request, reply, newReceiverPath);
    return sendPage(reply, newReceiverPage({ ...page, form: emptyForm }));
  });

  server.post<NewForm>(newReceiverPath, takesForm, async (request, reply) => {
    const page = pageStateOf(request, reply, newReceiverPath);
    const user = request.identity?.user ?? "";
    const form = trimmed(request.body);
    try {
      const { receiver, secret } = await receivers.add(user, wantedOf(form));
      log.info({ user, operation: "make receiver", receiver: receiver._id }, "operation");
      return sendPage(reply.code(201), secretPage({ ...page, id: receiver._id, secret }));
    } catch (error) {
      return sendPage(reply.code(400), newReceiverPage({ ...page, form, fault: faultOfForm(error) }));
    }
  });

  server.get<ChangeForm>(changePath, { preHandler: operatorsOnly }, async (request, reply) => {
    const receiver = await receivers.find(request.params.id);
    const page = pageStateOf(request, reply, changeReceiverPath(receiver._id));
    return sendPage(reply, changeReceiverPage({ ...page, receiver, form: formOfReceiver(receiver) }));
  });

  server.post<ChangeForm>(changePath, takesForm, async (request, reply) => {
    const receiver = await receivers.find(request.params.id);
    const user = request.identity?.user ?? "";
    const form = trimmed(request.body);
    try {
      const { url, ...rest } = wantedOf(form);
      await receivers.update(user, receiver._id, url === "" ? rest : { url, ...rest });
      log.info({ user, operation: "change receiver", receiver: receiver._id }, "operation");
      notices.leave(reply, "Changed.");
      return reply.redirect(receiverPath(receiver._id), 303);
    } catch (error) {
      const page = pageStateOf(request, reply, changeReceiverPath(receiver._id));
      const fault = faultOfForm(error);
      return sendPage(reply.code(400), changeReceiverPage({ ...page, receiver, form, fault }));
    }
  });
}

/** What is wrong with what was filled in: asked again, with the reason. */
function faultOfForm(error: unknown): string {
  if (!(error instanceof WrongStateError)) throw error;
  return `${capitalised(error.message)}.`;
}
