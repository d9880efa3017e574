// Parts the items of a page: those that fit the sync's definition become records; the others, and those that
// the API could not give whole, are set aside.

import type { Page } from "@fleetkeeper/trackunit";
import type { SyncDefinition } from "./define-sync.ts";

/** The items of one page, each on one side. */
export interface Sifted {
  records: { externalId: string; data: unknown }[];
  /** `reasons`: what is wrong with each; they hold no values. */
  setAside: { externalId: string | undefined; item: unknown; reasons: string[] }[];
}

/** Parts them by the definition's schema and id. */
export function sift(definition: SyncDefinition, { items, incomplete = [] }: Page): Sifted {
  const setAside = incomplete.map(({ item, reasons }) => ({
    externalId: idOf(definition, item),
    item,
    reasons,
  }));
  const sifted: Sifted = { records: [], setAside };
  for (const item of items) {
    const parsed = definition.item.safeParse(item);
    const externalId = idOf(definition, parsed.success ? parsed.data : item);
    if (parsed.success && externalId !== undefined) {
      sifted.records.push({ externalId, data: parsed.data });
      continue;
    }
    const issues = parsed.error?.issues ?? [{ path: [], message: "it has no id" }];
    const reasons = issues.map(({ path, message }) => `${path.join(".") || "item"}: ${message}`);
    sifted.setAside.push({ externalId, item, reasons });
  }
  return sifted;
}

/** Also of an item that does not fit, as far as it can be told. */
function idOf(definition: SyncDefinition, item: unknown): string | undefined {
  try {
    const id: unknown = definition.idOf(item as never);
    return typeof id === "string" && isStorableId(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * MongoDB would change a lone surrogate, so that the record is another one each time; ids are compared as
 * they are.
 */
function isStorableId(id: string): boolean {
  return id !== "" && id.length <= 512 && !id.includes("\0") && id.isWellFormed();
}
