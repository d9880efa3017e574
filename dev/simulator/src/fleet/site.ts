// A site: a place that machines enter and leave.
import { cities, streets } from "./catalogue.ts";
import type { Origin } from "./record-set.ts";

export interface Site {
  id: string;
  name: string;
  type: "CONSTRUCTION_SITE" | "DEPOT";
  status: "ACTIVE" | "ARCHIVED";
  city: string;
  country: string;
  streetAddress: string;
  zipCode: string;
  externalReference: string | null;
  longitude: number;
  latitude: number;
}

export function buildSite({ id, index, revision, draw }: Origin): Site {
  const place = draw.pick(cities);
  const type = draw.percent(25) ? "DEPOT" : "CONSTRUCTION_SITE";
  const name = `${place.city} ${type === "DEPOT" ? "depot" : "site"} ${index + 1}`;
  return {
    id,
    name: revision === 0 ? name : `${name} (rev. ${revision})`,
    type,
    status: "ACTIVE",
    city: place.city,
    country: place.country,
    streetAddress: `${draw.pick(streets)} ${draw.between(1, 200)}`,
    zipCode: place.zipCode,
    externalReference: draw.percent(50) ? `SITE-${index + 1}` : null,
    longitude: Number((place.longitude + draw.between(-0.05, 0.05, 5)).toFixed(5)),
    latitude: Number((place.latitude + draw.between(-0.05, 0.05, 5)).toFixed(5)),
  };
}
