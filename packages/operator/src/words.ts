// Numbers with their nouns.

/** For instance `1,234`. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 job`, `2 jobs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
