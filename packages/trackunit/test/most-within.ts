/** The most uses in any stretch of time of this length that includes its beginning and not its end. */
export function mostWithin(windowMs: number, usesMs: readonly number[]): number {
  const counts = usesMs.map((from) => usesMs.filter((ms) => ms >= from && ms < from + windowMs).length);
  return Math.max(0, ...counts);
}
