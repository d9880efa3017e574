// `/callbacks`: what the ingress saw of callbacks, the newest first.

import type { InboxEntry } from "@fleetkeeper/jobs";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import { type LiveStreams, streamOptions } from "../live/live-streams.ts";
import { callbacksFragments, callbacksPage, type InboxFacts } from "./page.ts";

interface Route {
  Querystring: { outcome?: unknown };
}

export function addCallbackRoutes(
  server: FastifyInstance,
  options: { readInbox: () => Promise<InboxEntry[]>; liveStreams: LiveStreams; now: () => Date },
): void {
  const { readInbox, liveStreams, now } = options;

  server.get<Route>("/callbacks", async (request, reply) => {
    const page = pageStateOf(request, reply, "/callbacks");
    return sendPage(
      reply,
      callbacksPage({ ...page, facts: await factsOf(request.query.outcome === "refused") }),
    );
  });

  server.get<Route>("/callbacks/events", streamOptions, async (request, reply) => {
    const onlyRefused = request.query.outcome === "refused";
    return liveStreams.send(request, reply, {
      key: `callbacks ${onlyRefused}`,
      read: () => factsOf(onlyRefused),
      render: callbacksFragments,
    });
  });

  async function factsOf(onlyRefused: boolean): Promise<InboxFacts> {
    const all = await readInbox();
    const entries = onlyRefused ? all.filter(({ outcome }) => outcome === "refused") : all;
    return { entries: entries.slice(0, shownEntries), all: all.length, onlyRefused, at: now() };
  }
}

const shownEntries = 100;
