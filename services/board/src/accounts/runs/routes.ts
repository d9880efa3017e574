// `/accounts/:installationId/runs/:sync/:token`: what one run did, step by step, and what it changed.

import { asInstallationId, syncIdOf } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { FastifyInstance } from "fastify";
import { pageStateOf } from "../../auth/page-state.ts";
import { BoardError } from "../../errors.ts";
import { sendPage } from "../../html/html.ts";
import { runPath } from "../../html/paths.ts";
import { runPage } from "./page.ts";

interface RunRoute {
  Params: { installationId: string; sync: string; token: string };
}

/** Pages of a run that changed something. */
const shownEntries = 20;

export function addRunRoutes(
  server: FastifyInstance,
  { store, now }: { store: Store; now: () => Date },
): void {
  server.get<RunRoute>("/accounts/:installationId/runs/:sync/:token", async (request, reply) => {
    const id = asInstallationId(request.params.installationId);
    const syncId = syncIdOf(id, request.params.sync);
    const [installation, sync, run] = await Promise.all([
      store.installations.find(id),
      store.syncs.find(syncId),
      store.syncs.runOf(syncId, request.params.token),
    ]);
    if (installation === null || sync === null || run === null) throw new BoardError("ERR_NOT_FOUND");
    const changed = await store.feed.between(syncId, { from: run.startedAt, to: run.at }, shownEntries);
    const page = pageStateOf(request, reply, runPath(run._id));
    return sendPage(reply, runPage({ ...page, installation, sync, run, changed, at: now() }));
  });
}
