// The fleet as ISO 15143-3 (AEMP 2.0) shows it: every value with the `datetime` it was measured at, kept as it comes.

import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const text = z.string().max(200).nullish();
const header = z.looseObject({
  OEMName: text,
  Model: text,
  EquipmentID: text,
  SerialNumber: text,
  PIN: text,
});
type Header = z.output<typeof header>;

const equipment = z
  .looseObject({ EquipmentHeader: header })
  .refine((item) => equipmentIdOf(item.EquipmentHeader) !== undefined, {
    message: "has neither EquipmentID, PIN nor SerialNumber",
  });

/**
 * The standard addresses one machine of a fleet by its EquipmentID, or by make, model and serial number; each of them may be
 * missing.
 */
function equipmentIdOf({ EquipmentID, PIN, SerialNumber, OEMName, Model }: Header): string | undefined {
  if (EquipmentID) return EquipmentID;
  if (PIN) return `pin:${PIN}`;
  return SerialNumber ? `serial:${OEMName ?? ""}/${Model ?? ""}/${SerialNumber}` : undefined;
}

/** The API takes each page once in a quarter of an hour. */
export const aempEquipment = defineSync({
  name: "aemp-equipment",
  resource: "aempEquipment",
  scopes: ["api.iso15143.*"],
  intervalMs: 60 * 60_000,
  pageSize: 100,
  deletions: "complete-pass",
  pages: (client, options) => client.aempPages({}, options),
  item: equipment,
  idOf: (item) => equipmentIdOf(item.EquipmentHeader) ?? "",
});
