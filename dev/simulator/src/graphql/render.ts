// The records as GraphQL shows them; ids are global, as in `___Asset___<uuid>`.
import type { Asset } from "../fleet/asset.ts";
import type { Customer } from "../fleet/customer.ts";
import type { Site } from "../fleet/site.ts";

export function globalId(type: "Asset" | "Site" | "Customer", id: string): string {
  return `___${type}___${id}`;
}

/** The bare id in a global one of the type, or undefined. */
export function bareId(type: "Asset" | "Site" | "Customer", text: string): string | undefined {
  const prefix = globalId(type, "");
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

/** An asset without its `sites`, which need paging. */
export function graphqlAsset(asset: Asset) {
  const { location } = asset;
  return {
    id: globalId("Asset", asset.id),
    name: asset.name,
    brand: asset.brand,
    model: asset.model,
    serialNumber: asset.serialNumber,
    assetType: asset.assetType,
    lastSeen: asset.lastSeen,
    status: { activity: asset.activity, criticality: asset.criticality },
    locations: {
      latest: {
        geometry: { type: "Point", coordinates: [location.longitude, location.latitude, location.altitudeM] },
        properties: {
          address: { streetAddress: location.streetAddress, city: location.city, country: location.country },
          updatedAt: location.updatedAt,
        },
      },
    },
    insights: {
      fuelLevel: asset.fuelLevel,
      batteryStateOfChargePercent: asset.batteryStateOfChargePercent,
      cumulativeOperatingHours: asset.cumulativeOperatingHours,
      cumulativeEngineHours: asset.cumulativeEngineHours,
    },
  };
}

export function graphqlSite(site: Site) {
  const { longitude: _longitude, latitude: _latitude, ...fields } = site;
  return { ...fields, id: globalId("Site", site.id) };
}

export function graphqlCustomer(customer: Customer) {
  return { ...customer, id: globalId("Customer", customer.id) };
}
