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
