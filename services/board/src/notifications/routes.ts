// `/notifications`: for everybody; the test is an operator's.

import { randomUUID } from "node:crypto";
import type { NotificationChannel } from "@fleetkeeper/model";
import { type Channels, tryChannels } from "@fleetkeeper/notifications";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { operatorsOnly } from "../auth/gate.ts";
import { pageStateOf } from "../auth/page-state.ts";
import { sendPage } from "../html/html.ts";
import { notificationsPath } from "../html/paths.ts";
import { type NotificationFacts, notificationsPage } from "./page.ts";

export function addNotificationRoutes(
  server: FastifyInstance,
  options: Pick<NotificationFacts, "windowMs" | "failedRuns" | "quietHours"> & {
    store: Pick<Store, "notifications" | "audit">;
    channels: Channels;
    /** Of each that is configured: to whom, without what is secret. */
    namesOf: (channel: NotificationChannel) => string;
    log: Log;
    now: () => Date;
  },
): void {
  const { store, channels, namesOf, windowMs, failedRuns, quietHours, log, now } = options;

  server.get(notificationsPath, async (request, reply) =>
    sendPage(
      reply,
      notificationsPage({ ...pageStateOf(request, reply, notificationsPath), facts: await read() }),
    ),
  );

  server.post(
    notificationsPath,
    { preHandler: [operatorsOnly, server.csrfProtection] },
    async (request, reply) => {
      const user = request.identity?.user ?? "";
      const results = await tryChannels(channels, { id: `ntf_${randomUUID()}`, at: now() });
      // An operator who repaired a channel and tries it ends its failure.
      for (const { channel, code } of results) await store.notifications.noteTry(channel, now(), code);
      log.info({ user, operation: "test notifications", results }, "operation");
      const page = pageStateOf(request, reply, notificationsPath);
      return sendPage(reply, notificationsPage({ ...page, facts: await read(), results }));
    },
  );

  async function read(): Promise<NotificationFacts> {
    return {
      channels: [...channels.send.keys()].map((name) => ({ name, to: namesOf(name) })),
      windowMs,
      failedRuns,
      quietHours,
      state: await store.notifications.read(),
      at: now(),
    };
  }
}
