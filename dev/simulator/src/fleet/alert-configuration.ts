// A rule that raises alerts. Trackunit documents `configurationDetails` and `alertType`; the details inside
// are invented.
import type { Origin } from "./record-set.ts";

export const alertTypes = ["SERVICE_DUE", "LOW_FUEL", "LEFT_SITE", "OVER_SPEED", "BATTERY_LOW"] as const;
export type AlertType = (typeof alertTypes)[number];

export interface AlertConfiguration {
  id: string;
  alertType: AlertType;
  configurationDetails: { name: string; enabled: boolean; threshold: number };
}

export function buildAlertConfiguration({
  id,
  index,
  revision,
  draw,
  revisionDraw,
}: Origin): AlertConfiguration {
  const alertType = draw.pick(alertTypes);
  return {
    id,
    alertType,
    configurationDetails: {
      name: `${alertType.toLowerCase().replaceAll("_", " ")} ${index + 1}`,
      enabled: revision === 0 || revisionDraw.percent(50),
      threshold: revisionDraw.between(5, 95),
    },
  };
}
