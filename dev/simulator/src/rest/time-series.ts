// `GET /api/time-series/v1/assets/{id}/prometheus/api/v1/query`: one value of one asset, in the shape of
// Prometheus' HTTP API.
import type { Asset } from "../fleet/asset.ts";
import { apiError, badField, json } from "../http/answers.ts";
import type { ApiRoute } from "../http/route.ts";
import type { World } from "../world.ts";

const metrics: Record<string, (asset: Asset) => number | null> = {
  machine_insight_cumulative_operating_hours: (asset) => asset.cumulativeOperatingHours,
  machine_insight_cumulative_engine_hours: (asset) => asset.cumulativeEngineHours,
  machine_insight_fuel_level: (asset) => asset.fuelLevel,
  machine_insight_battery_state_of_charge_percent: (asset) => asset.batteryStateOfChargePercent,
};

export function timeSeries(world: World): ApiRoute {
  return {
    method: "GET",
    url: "/api/time-series/v1/assets/:id/prometheus/api/v1/query",
    operations: "rest.time-series",
    limit: () => ({ name: "time-series" }),
    handle: ({ request, account }) => {
      const { query, time } = request.query as { query?: string; time?: string };
      if (!query) return badField("query", "is missing");
      const at = time === undefined ? world.now() : instantOf(time);
      if (!at) return badField("time", "must be unix seconds or an RFC 3339 time");
      const asset = account.asset((request.params as { id: string }).id);
      if (!asset) return apiError(404, "There is no such asset.");
      const value = Object.hasOwn(metrics, query) ? (metrics[query]?.(asset) ?? null) : null;
      const known = value !== null && at.toISOString() >= asset.createdAt;
      const sample = {
        metric: { __name__: query, assetId: asset.id },
        value: [at.getTime() / 1000, String(value)],
      };
      return json(200, { status: "success", data: { resultType: "vector", result: known ? [sample] : [] } });
    },
  };
}

function instantOf(text: string): Date | undefined {
  const at = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
