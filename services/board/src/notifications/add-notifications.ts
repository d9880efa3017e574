// Telling operators, on a board: the notifier, which runs while the board listens, and its page.

import type { NotificationChannel } from "@fleetkeeper/model";
import { type ChannelSettings, createChannels, type QuietHours } from "@fleetkeeper/notifications";
import { failingReasons } from "@fleetkeeper/operator";
import type { Store } from "@fleetkeeper/store";
import type { Log, Metrics } from "@fleetkeeper/telemetry";
import type { FastifyInstance } from "fastify";
import { createReadOverview } from "../overview/read.ts";
import { addFailingMetric } from "./failing-metric.ts";
import { createNotifier } from "./notifier.ts";
import { addNotificationRoutes } from "./routes.ts";

/** As the configuration has it. */
export interface NotificationSettings extends Omit<ChannelSettings, "allowPrivate"> {
  windowMs: number;
  /** A sync is reported once it has failed this many times in a row. */
  failedRuns: number;
  quietHours?: QuietHours | undefined;
}

/** No notifications. */
export const noNotifications: NotificationSettings = {
  mail: undefined,
  webhook: undefined,
  slackUrl: undefined,
  windowMs: 300_000,
  failedRuns: 3,
};

/** Further accounts with a refused credential are only counted. */
const namedAccounts = 500;

type OverviewOptions = Parameters<typeof createReadOverview>[0];

export function addNotifications(
  server: FastifyInstance,
  options: Pick<OverviewOptions, "queueSet" | "redis" | "namespace" | "countByState" | "now"> & {
    store: Store;
    notifications?: NotificationSettings;
    publicUrl?: URL | undefined;
    notifyAnyAddress?: boolean;
    metrics: Metrics;
    log: Log;
  },
): void {
  const {
    store,
    notifications = noNotifications,
    publicUrl,
    notifyAnyAddress = false,
    metrics,
    log,
    now,
  } = options;
  const { windowMs, failedRuns, quietHours } = notifications;
  const channels = createChannels({ ...notifications, allowPrivate: notifyAnyAddress }, now);
  server.addHook("onClose", () => channels.close());
  const namesOf = (channel: NotificationChannel) => toWhom(notifications, channel);
  addNotificationRoutes(server, { store, channels, namesOf, windowMs, failedRuns, quietHours, log, now });
  addFailingMetric(metrics, { store, names: [...channels.send.keys()], now });
  if (channels.send.size === 0) return;
  const readFacts = createReadOverview({
    ...options,
    readHealth: () => store.syncs.health(failingReasons, failedRuns),
    readRevoked: async () => {
      const { rows } = await store.installations.list({
        state: "revoked",
        sort: "id",
        limit: namedAccounts,
      });
      return rows.map(({ _id }) => _id);
    },
    onError: (error, what) => log.warn({ error, what }, "notifications could not be read"),
  });
  const notifier = createNotifier({ store, readFacts, channels, windowMs, quietHours, publicUrl, log, now });
  server.addHook("onListen", async () => notifier.start());
  server.addHook("preClose", () => notifier.close());
}

/** Hosts and addresses: what an address ends with may be a secret. */
function toWhom({ mail, webhook, slackUrl }: NotificationSettings, channel: NotificationChannel): string {
  if (channel === "email") return (mail?.to ?? []).join(", ");
  return URL.parse((channel === "slack" ? slackUrl : webhook?.url) ?? "")?.host ?? "";
}
