// A machine as ISO 15143-3 (AEMP 2.0) shows it: every value with the time it was measured.
import type { Asset } from "../fleet/asset.ts";

/** `EquipmentID` is the asset's bare id. */
export function aempEquipment(asset: Asset) {
  const datetime = asset.lastSeen;
  return {
    EquipmentHeader: {
      OEMName: asset.brand,
      Model: asset.model,
      EquipmentID: asset.id,
      SerialNumber: asset.serialNumber,
      PIN: asset.serialNumber,
    },
    Location: {
      Latitude: asset.location.latitude,
      Longitude: asset.location.longitude,
      datetime: asset.location.updatedAt,
    },
    CumulativeOperatingHours: { Hour: asset.cumulativeOperatingHours, datetime },
    ...(asset.fuelLevel === null ? {} : { FuelRemaining: { Percent: asset.fuelLevel, datetime } }),
    EngineStatus: { Running: asset.activity !== "STOPPED", datetime },
  };
}

export type Equipment = ReturnType<typeof aempEquipment>;
