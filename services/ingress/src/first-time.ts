// What was said already: whoever repeats one accepted callback for hours must not fill log and inbox with it.

/** Whether an id comes for the first time among the last 10 000, as this process knows. */
export function createFirstTime(remembered = 10_000): (id: string) => boolean {
  const known = new Set<string>();
  return (id) => {
    const isFirst = !known.delete(id);
    known.add(id);
    const [oldest] = known;
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    return isFirst;
  };
}
