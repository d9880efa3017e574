// `/receivers`: listed for everybody, with the page of each; made by operators, as the command line does it.

import { type EventType, eventTypes } from "@fleetkeeper/model";
import { type ReceiverActions, WrongStateError } from "@fleetkeeper/operator";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { newReceiverPath, receiverEventsPath, receiverPath, receiversPath } from "../html/paths.ts";
import { capitalised } from "../html/words.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import {
  type AttemptsRequest,
  attemptsRequestOf,
  type ReceiverFacts,
  readReceiver,
} from "./delivery-query.ts";
import { receiverListPage } from "./list-page.ts";
import { newReceiverPage, secretPage } from "./new-page.ts";
import { receiverFragments, receiverPage } from "./receiver-page.ts";

interface NewForm {
  Body: { url: string; description: string; app: string; events: EventType[] };
}

interface OneReceiver {
  Params: { id: string };
}

/** One checked box comes as a text, which Fastify makes a list of. */
const newForm = {
  type: "object",
  required: ["url"],
  properties: {
    url: { type: "string", maxLength: 4_000 },
    description: { type: "string", maxLength: 400, default: "" },
    app: { type: "string", maxLength: 200, default: "" },
    events: { type: "array", items: { enum: eventTypes }, maxItems: eventTypes.length, default: [] },
  },
} as const;

export function addReceiverRoutes(
  server: FastifyInstance,
  options: {
    receivers: ReceiverActions;
    liveStreams: LiveStreams;
    notices: Notices;
    log: Log;
    now: () => Date;
  },
): void {
  const { receivers, liveStreams, notices, log, now } = options;

  server.get(receiversPath, async (request, reply) => {
    const notice = notices.take(request, reply);
    const page = pageStateOf(request, reply, receiversPath);
    return sendPage(
      reply,
      receiverListPage({ ...page, receivers: await receivers.list(), at: now(), notice }),
    );
  });

  server.get(newReceiverPath, { preHandler: operatorsOnly }, async (request, reply) => {
    const form = { url: "", description: "", app: "", events: eventTypes };
    return sendPage(reply, newReceiverPage({ ...pageStateOf(request, reply, newReceiverPath), form }));
  });

  server.post<NewForm>(
    newReceiverPath,
    { schema: { body: newForm }, preHandler: [operatorsOnly, server.csrfProtection] },
    async (request, reply) => {
      const page = pageStateOf(request, reply, newReceiverPath);
      const user = request.identity?.user ?? "";
      const { url, description, app, events } = request.body;
      const form = { url: url.trim(), description: description.trim(), app: app.trim(), events };
      try {
        const irisAppId = form.app === "" ? null : form.app;
        const { receiver, secret } = await receivers.add(user, { ...form, irisAppId });
        log.info({ user, operation: "make receiver", receiver: receiver._id }, "operation");
        return sendPage(reply.code(201), secretPage({ ...page, id: receiver._id, secret }));
      } catch (error) {
        if (!(error instanceof WrongStateError)) throw error;
        const fault = `${capitalised(error.message)}.`;
        return sendPage(reply.code(400), newReceiverPage({ ...page, form, fault }));
      }
    },
  );

  server.get<OneReceiver>(`${receiversPath}/:id`, async (request, reply) => {
    const { id } = request.params;
    const facts = await readReceiver(options, id, attemptsRequestOf(request.query));
    const page = pageStateOf(request, reply, receiverPath(id));
    return sendPage(reply, receiverPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get<OneReceiver>(`${receiversPath}/:id/events`, streamOptions, async (request, reply) =>
    liveStreams.send(request, reply, topicOf(request.params.id, attemptsRequestOf(request.query))),
  );

  function topicOf(id: string, request: AttemptsRequest): Topic<ReceiverFacts> {
    return {
      key: receiverEventsPath(id, request),
      read: () => readReceiver(options, id, request),
      render: receiverFragments,
    };
  }
}
