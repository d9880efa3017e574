// If no operator can be notified, Prometheus shows it.

import type { NotificationChannel } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import type { Metrics } from "@fleetkeeper/telemetry";
import { Gauge } from "prom-client";

/** Of each configured way; read at each scrape. While it cannot be read the metric keeps its last value. */
export function addFailingMetric(
  { registry }: Metrics,
  options: {
    store: Pick<Store, "notifications">;
    names: readonly NotificationChannel[];
    now: () => Date;
  },
): void {
  const { store, names, now } = options;
  const gauge = new Gauge({
    name: "fleetkeeper_notifications_failing_seconds",
    help: "How long no notification could be sent by this configured channel: email, webhook or slack; 0 while they can.",
    labelNames: ["channel"],
    registers: [registry],
    async collect() {
      const state = await store.notifications.read().catch(() => undefined);
      if (state === undefined) return;
      for (const channel of names) {
        const since = state?.channels[channel]?.failingSince?.getTime() ?? now().getTime();
        gauge.set({ channel }, Math.max(0, (now().getTime() - since) / 1_000));
      }
    },
  });
}
