// The records as the REST interface shows them; ids are bare.
import type { Asset } from "../fleet/asset.ts";
import type { Site } from "../fleet/site.ts";

export function restAsset(asset: Asset) {
  const { id, name, externalReference, serialNumber, assetType, type, brand, model } = asset;
  const { productionYear, ownerAccountId, createdAt, telematicsDevices } = asset;
  return {
    id,
    name,
    externalReference,
    serialNumber,
    assetType,
    type,
    brand,
    model,
    productionYear,
    ownerAccountId,
    createdAt,
    telematicsDevices,
  };
}

/** The latest location as a GeoJSON feature (RFC 7946); the asset's id is in `properties.assetId`. */
export function restLocation({ id, location }: Asset) {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [location.longitude, location.latitude, location.altitudeM] },
    properties: {
      assetId: id,
      accuracy: location.accuracyM,
      heading: location.headingDeg,
      locationAddress: `${location.streetAddress}, ${location.city}, ${location.country}`,
      speed: location.speedKmh,
      updatedAt: location.updatedAt,
    },
  };
}

export function restSite(site: Site) {
  const { longitude, latitude, ...fields } = site;
  const corner = (east: number, north: number) => [
    Number((longitude + east * 0.002).toFixed(5)),
    Number((latitude + north * 0.001).toFixed(5)),
  ];
  const ring = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)];
  return { ...fields, polygon: { geometry: { type: "Polygon", coordinates: [ring] } } };
}
