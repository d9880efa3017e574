// Reads the values of options; what cannot be meant is a usage error.

import { InvalidArgumentError } from "commander";

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max)
      throw new InvalidArgumentError(`It is not a whole number from ${min} to ${max}.`);
    return number;
  };
}

/** A time as ISO 8601 has it. */
export function instant(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(text))
    throw new InvalidArgumentError("It is not a time such as 2026-01-31T12:00:00Z.");
  return at;
}
