// Instants and durations as people say them, the same on pages and on the command line.

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** For instance `in 4 min`, `3 h ago` or `now`. */
export function fromNow(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime();
  const size = roughly(Math.abs(ms));
  if (size === "0 s") return "now";
  return ms > 0 ? `in ${size}` : `${size} ago`;
}

/** How long something took or takes: `820 ms`, `12 s`, `4 min 5 s`, `2 h 3 min`, `3 days 4 h`. */
export function duration(ms: number): string {
  if (ms < secondMs) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < hourMs) return both(ms, minuteMs, "min", secondMs, "s");
  if (ms < 2 * dayMs) return both(ms, hourMs, "h", minuteMs, "min");
  return both(ms, dayMs, "days", hourMs, "h");
}

/** Such as `2026-01-02 03:04:05 UTC`. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** For instance `03:04:05 UTC`. */
export function clock(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`;
}

function roughly(ms: number): string {
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  if (ms < 2 * hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < 2 * dayMs) return `${Math.floor(ms / hourMs)} h`;
  return `${Math.floor(ms / dayMs)} days`;
}

function both(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}
