// When an asset was on its site: one visit on every working day, so that any window has an answer without
// storage.
import { Draw, type Seed } from "../random.ts";
import type { Asset } from "./asset.ts";

export interface SiteVisit {
  siteId: string;
  assetId: string;
  enteredAt: string;
  /** Null while the asset is still there. */
  leftAt: string | null;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** The asset's visits that began in the window, oldest first; none in the future of `now`. */
export function siteVisits(seed: Seed, asset: Asset, from: Date, to: Date, now: Date): SiteVisit[] {
  if (asset.siteId === null) return [];
  const visits: SiteVisit[] = [];
  const end = Math.min(to.getTime(), now.getTime());
  const salt = Number.parseInt(asset.id.slice(0, 8), 16);
  for (let day = Math.floor(from.getTime() / dayMs); day * dayMs < end; day++) {
    const draw = new Draw(seed, day, salt);
    const enteredAt = day * dayMs + 5 * hourMs + draw.below(3 * hourMs);
    const leftAt = enteredAt + 6 * hourMs + draw.below(4 * hourMs);
    const weekday = new Date(day * dayMs).getUTCDay();
    if (weekday === 0 || weekday === 6 || enteredAt < from.getTime() || enteredAt >= end) continue;
    visits.push({
      siteId: asset.siteId,
      assetId: asset.id,
      enteredAt: new Date(enteredAt).toISOString(),
      leftAt: leftAt > now.getTime() ? null : new Date(leftAt).toISOString(),
    });
  }
  return visits;
}
