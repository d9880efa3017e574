// Instants and durations in words, as short as they can be read.

const units: readonly [unit: Intl.RelativeTimeFormatUnitSingular, ms: number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];
const relative = new Intl.RelativeTimeFormat("en", { style: "narrow" });

/** For instance `3m ago` or `in 2h`; `-` for none. */
export function fromNow(at: Date | null | undefined, now: Date): string {
  if (at === null || at === undefined) return "-";
  const ms = at.getTime() - now.getTime();
  const [unit, unitMs] = unitOf(ms);
  const count = Math.round(ms / unitMs);
  return count === 0 ? "now" : relative.format(count, unit);
}

/** For instance `3m` or `250ms`. */
export function duration(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)}ms`;
  const [unit, unitMs] = unitOf(ms);
  return `${Math.round(ms / unitMs)}${unit[0]}`;
}

function unitOf(ms: number): (typeof units)[number] {
  return units.find(([, unitMs]) => Math.abs(ms) >= unitMs) ?? ["second", 1_000];
}
