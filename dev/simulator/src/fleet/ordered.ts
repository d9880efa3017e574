// A list in order of id, as paging sees it.

export interface Ordered<T> {
  readonly size: number;
  slice(position: number, count: number): T[];
  positionOf(id: string): number | undefined;
  /** The first position whose id sorts after this one. */
  positionAfter(id: string): number;
}

/** A list of one record or none. */
export function atMostOne<T extends { id: string }>(record: T | undefined): Ordered<T> {
  const records = record ? [record] : [];
  return {
    size: records.length,
    slice: (position, count) => records.slice(Math.max(0, position), Math.max(0, position) + count),
    positionOf: (id) => (record?.id === id ? 0 : undefined),
    positionAfter: (id) => (record && record.id <= id ? 1 : 0),
  };
}
