// The rules that raise alerts, by REST. Their enums grow: no value of them is checked. Source: Trackunit's
// REST documentation.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const id = z.string().min(1).max(200);

/** Where the id is found is undocumented: beside the details or in them. */
const configuration = z
  .looseObject({
    id: id.optional(),
    alertType: z.string().nullish(),
    configurationDetails: z.looseObject({ id: id.optional() }).nullish(),
  })
  .refine((item) => configurationIdOf(item) !== undefined, { message: "has no id" });

function configurationIdOf(item: {
  id?: string | undefined;
  configurationDetails?: { id?: string | undefined } | null | undefined;
}): string | undefined {
  return item.id ?? item.configurationDetails?.id;
}

/** The rules that raise alerts, read once an hour. */
export const alertConfigurations = defineSync({
  name: "alert-configurations",
  resource: "alertConfigurations",
  scopes: ["account.alert.view", "account.alert.manage"],
  intervalMs: 60 * 60_000,
  refreshOn: ["alerts.asset.*", "faults.asset.*"],
  pageSize: 500,
  deletions: "complete-pass",
  pages: (client, options) =>
    client.restPages(
      {
        family: "alert-configurations",
        path: "/api/alerts/v1/configurations",
        sort: "id",
        idOf: configurationIdOf,
      },
      options,
    ),
  item: configuration,
  idOf: (item) => configurationIdOf(item) ?? "",
});
