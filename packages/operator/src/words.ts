// Numbers with their nouns.

import type { RecordChanges } from "@fleetkeeper/model";

/** For instance `1,234`. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 job`, `2 jobs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

const changeNames = ["created", "updated", "deleted", "unchanged", "rejected"] as const;

/** What a run did to records, for instance `3 created, 250 unchanged`; `no records` where it did nothing. */
export function changesInWords(changes: RecordChanges): string {
  const said = changeNames
    .filter((name) => changes[name] > 0)
    .map((name) => `${count(changes[name])} ${name}`);
  return said.length === 0 ? "no records" : said.join(", ");
}
