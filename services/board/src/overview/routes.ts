// `/`: the state of the whole system at a glance, kept up to date.

import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import type { Notices } from "../html/notices.ts";
import type { Topic } from "../live/live-hub.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import { overviewFragments, overviewPage } from "./page.ts";
import { overviewPath, rangeOf } from "./range.ts";
import type { OverviewFacts, ReadOverview } from "./read.ts";

export interface OverviewOptions {
  readOverview: ReadOverview;
  liveStreams: LiveStreams;
  notices: Notices;
}

export function addOverviewRoutes(server: FastifyInstance, options: OverviewOptions): void {
  const { readOverview, liveStreams, notices } = options;
  server.get("/", async (request, reply) => {
    const facts = await readOverview(rangeOf(request.query));
    if (facts.redis === undefined || facts.mongodb === undefined) reply.code(503);
    const page = pageStateOf(request, reply, "/");
    return sendPage(reply, overviewPage({ ...page, facts, notice: notices.take(request, reply) }));
  });

  server.get("/events", streamOptions, async (request, reply) => {
    const range = rangeOf(request.query);
    const topic: Topic<OverviewFacts> = {
      key: overviewPath(range),
      read: () => readOverview(range),
      render: overviewFragments,
    };
    return liveStreams.send(request, reply, topic);
  });
}
