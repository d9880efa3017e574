// `/receivers`: listed for everybody, with the page of each; made, changed and acted on by operators.

import type { ReceiverActions } from "@fleetkeeper/operator";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import { receiverEventsPath, receiverPath, receiversPath } from "../html/paths.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import { addReceiverActionRoutes } from "./action-routes.ts";
import {
  type AttemptsRequest,
  attemptsRequestOf,
  type ReceiverFacts,
  readReceiver,
} from "./delivery-query.ts";
import { addReceiverFormRoutes } from "./form-routes.ts";
import { receiverListPage } from "./list-page.ts";
import { receiverFragments, receiverPage } from "./receiver-page.ts";

interface OneReceiver {
  Params: { id: string };
}

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
  const { receivers, liveStreams, notices, now } = options;

  addReceiverFormRoutes(server, options);
  addReceiverActionRoutes(server, options);

  server.get(receiversPath, async (request, reply) => {
    const notice = notices.take(request, reply);
    const page = pageStateOf(request, reply, receiversPath);
    return sendPage(
      reply,
      receiverListPage({ ...page, receivers: await receivers.list(), at: now(), notice }),
    );
  });

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
