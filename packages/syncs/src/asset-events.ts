// Alerts, faults and other events of assets, by the event log of REST. Source: Trackunit's REST
// documentation; the fields are those that third-party clients see.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const event = z.looseObject({
  id: z.string().min(1).max(200),
  assetId: z.string().min(1).max(200).nullish(),
  type: z.string().nullish(),
  status: z.string().nullish(),
  eventTime: z.string().nullish(),
});

const hourMs = 3_600_000;

/**
 * The API takes two requests in half an hour: a pass every half hour needs one of them while there are fewer
 * than a thousand events in its window. An event that ends later than `overlapMs` after it began stays as it
 * was last read.
 */
export const assetEvents = defineSync({
  name: "asset-events",
  resource: "assetEvents",
  scopes: ["account.event.view", "account.alert.view"],
  intervalMs: 30 * 60_000,
  refreshOn: ["alerts.asset.*", "faults.asset.*"],
  pageSize: 1_000,
  deletions: "never",
  window: { lookbackMs: 30 * 24 * hourMs, overlapMs: 6 * hourMs },
  pages: (client, options) =>
    client.restPages(
      {
        family: "event-log",
        method: "POST",
        path: "/public/api/eventlog/v3/asset-event/log",
        sort: "eventTime",
        body: {
          fromTime: options.window?.from.toISOString(),
          toTime: options.window?.to.toISOString(),
          // An empty list lets everything through, as it does for the other two in Trackunit's example.
          type: [],
          criticality: [],
          status: [],
        },
      },
      options,
    ),
  item: event,
  idOf: ({ id }) => id,
});
