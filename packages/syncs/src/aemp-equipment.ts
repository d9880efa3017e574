// The fleet as ISO 15143-3 (AEMP 2.0) shows it: every value with the `datetime` it was measured at, kept as
// it comes.

import { ExactNumber } from "@fleetkeeper/model";
import { z } from "zod";
import { defineSync } from "./define-sync.ts";

const equipment = z.looseObject({}).refine((item) => equipmentIdOf(item) !== undefined, {
  message: "EquipmentHeader has neither EquipmentID, PIN nor SerialNumber",
});

/**
 * The standard addresses one machine of a fleet by its EquipmentID, or by make, model and serial number; each
 * of them may be missing. Which letters of the names are capitals differs from system to system, and an id of
 * digits may come as a number.
 */
function equipmentIdOf(item: object): string | undefined {
  const header = fieldOf(item, "EquipmentHeader");
  const text = (name: string) => textOf(fieldOf(header, name));
  const equipmentId = text("EquipmentID");
  if (equipmentId) return equipmentId;
  const pin = text("PIN");
  if (pin) return `pin:${pin}`;
  const serialNumber = text("SerialNumber");
  return serialNumber ? `serial:${text("OEMName") ?? ""}/${text("Model") ?? ""}/${serialNumber}` : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  return Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** At most 200 characters. */
function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" || typeof value === "number" || value instanceof ExactNumber;
  return isText && String(value).length <= 200 ? String(value) : undefined;
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
  idOf: (item) => equipmentIdOf(item) ?? "",
});
