// A machine, with all that any of Trackunit's three interfaces says of it: the one truth that REST, GraphQL
// and AEMP render.
import type { Draw } from "../random.ts";
import { cities, type MachineModel, machineModels, streets } from "./catalogue.ts";
import type { Origin } from "./record-set.ts";
import type { Site } from "./site.ts";

export interface AssetLocation {
  longitude: number;
  latitude: number;
  altitudeM: number;
  accuracyM: number;
  headingDeg: number;
  speedKmh: number;
  streetAddress: string;
  city: string;
  country: string;
  updatedAt: string;
}

export interface Asset {
  id: string;
  name: string;
  externalReference: string | null;
  serialNumber: string;
  assetType: "MACHINE" | "ATTACHMENT";
  type: string;
  brand: string;
  model: string;
  productionYear: number;
  ownerAccountId: string;
  createdAt: string;
  telematicsDevices: { id: string; serialNumber: string }[];
  lastSeen: string;
  activity: "WORKING" | "IDLE" | "STOPPED";
  criticality: "NONE" | "LOW" | "CRITICAL";
  location: AssetLocation;
  /** Percent; null for an electric machine. */
  fuelLevel: number | null;
  /** Null for a machine without a traction battery. */
  batteryStateOfChargePercent: number | null;
  cumulativeOperatingHours: number;
  /** Null for a machine without an engine. */
  cumulativeEngineHours: number | null;
  /** The site it is on, if any. */
  siteId: string | null;
}

/** The first fleet's times lie before this instant, so that they are the same in every run. */
export const epoch = new Date("2026-01-01T00:00:00Z");
const dayMs = 86_400_000;

/** Builds an account's asset; `siteFor` gives the site it stands on, from a drawn number below 1. */
export function buildAsset(
  origin: Origin,
  accountId: string,
  siteFor: (fraction: number) => Site | undefined,
): Asset {
  const { id, index, revision, changedAt, draw, revisionDraw } = origin;
  const machine = draw.pick(machineModels);
  // Every second update moves it.
  const site = siteFor((draw.fraction() + Math.floor(revision / 2) * 0.31) % 1);
  const createdAt = new Date(epoch.getTime() - draw.between(200, 1500) * dayMs);
  const name = `${machine.type} ${String(index + 1).padStart(4, "0")}`;
  const firstSeenAt = new Date(epoch.getTime() - draw.below(7 * dayMs));
  const seenAt = (changedAt ?? firstSeenAt).toISOString();
  const energy = buildEnergy(machine, draw, revisionDraw, revision);
  return {
    id,
    name: revision % 3 === 0 ? name : `${name} (rev. ${revision})`,
    externalReference: draw.percent(70) ? `FLEET-${index + 1}` : null,
    serialNumber: `${machine.brand.slice(0, 3).toUpperCase()}${draw.hex(9).toUpperCase()}`,
    assetType: draw.percent(95) ? "MACHINE" : "ATTACHMENT",
    type: machine.type,
    brand: machine.brand,
    model: machine.model,
    productionYear: draw.between(2012, 2025),
    ownerAccountId: accountId,
    createdAt: (revision === 0 && changedAt ? changedAt : createdAt).toISOString(),
    telematicsDevices: [{ id: draw.uuid(), serialNumber: `TU${draw.between(1_000_000, 9_999_999)}` }],
    lastSeen: seenAt,
    activity: revisionDraw.pick(["WORKING", "IDLE", "STOPPED"] as const),
    criticality: revisionDraw.percent(80) ? "NONE" : revisionDraw.pick(["LOW", "CRITICAL"] as const),
    location: buildLocation(draw, revisionDraw, site, seenAt),
    ...energy,
    siteId: site?.id ?? null,
  };
}

function buildLocation(
  draw: Draw,
  revisionDraw: Draw,
  site: Site | undefined,
  updatedAt: string,
): AssetLocation {
  const place = site ?? draw.pick(cities);
  return {
    longitude: Number((place.longitude + revisionDraw.between(-0.01, 0.01, 5)).toFixed(5)),
    latitude: Number((place.latitude + revisionDraw.between(-0.01, 0.01, 5)).toFixed(5)),
    altitudeM: revisionDraw.between(0, 120),
    accuracyM: revisionDraw.between(2, 15),
    headingDeg: revisionDraw.below(360),
    speedKmh: revisionDraw.percent(70) ? 0 : revisionDraw.between(1, 30),
    streetAddress: site?.streetAddress ?? `${draw.pick(streets)} ${draw.between(1, 200)}`,
    city: place.city,
    country: place.country,
    updatedAt,
  };
}

function buildEnergy(machine: MachineModel, draw: Draw, revisionDraw: Draw, revision: number) {
  const hours = Number((draw.between(50, 9000, 1) + revision * 8).toFixed(1));
  const level = revisionDraw.between(3, 100);
  const electric = machine.power === "ELECTRIC";
  return {
    fuelLevel: electric ? null : level,
    batteryStateOfChargePercent: electric ? level : null,
    cumulativeOperatingHours: hours,
    cumulativeEngineHours: electric ? null : Number((hours * 1.1).toFixed(1)),
  };
}
