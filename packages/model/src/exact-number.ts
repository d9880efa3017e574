// A number that JavaScript cannot hold: an integer above 2^53, or a decimal with more digits than a double
// has.

const brand = Symbol.for("fleetkeeper.exact-number");

/**
 * What a reader of JSON gives in place of such a number, so that it is neither changed nor its change
 * overlooked. Numbers that a double holds stay numbers. `instanceof` knows those of another copy of this
 * package too: a sync may bring its own.
 */
export class ExactNumber {
  /** As JSON wrote it, for instance `9007199254740993`. */
  readonly text: string;

  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }

  get [brand](): true {
    return true;
  }

  constructor(text: string) {
    this.text = text;
  }

  /**
   * Whether it is an integer of 64 bits, which MongoDB has a type for. Every other one is kept as its text.
   */
  get isInt64(): boolean {
    if (!/^-?\d+$/.test(this.text)) return false;
    const integer = BigInt(this.text);
    return BigInt.asIntN(64, integer) === integer;
  }

  /** The nearest number that JavaScript has; `Infinity` beyond all of them. */
  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** In JSON it is the number that it was. */
  toJSON(): unknown {
    return rawJson(this.text);
  }
}

const { rawJSON: rawJson } = JSON as unknown as { rawJSON: (text: string) => unknown };

/**
 * MongoDB stores 100 levels, and functions that walk through a value are at the end of their stack after some
 * thousand.
 */
const maxDepth = 200;

/**
 * JSON as text, whose numbers come as `ExactNumber` where a double does not hold them. What is nested more
 * than 200 levels deep comes as null. @throws SyntaxError
 */
export function parseExactJson(json: string): unknown {
  const { text, areHeld } = scan(json);
  // Few answers hold such a number, and to be shown each value costs several times the parsing.
  if (areHeld) return JSON.parse(text);
  return JSON.parse(text, ((_name: string, value: unknown, { source }: { source?: string }) =>
    typeof value === "number" && source !== undefined && !isHeld(source)
      ? new ExactNumber(source)
      : value) as (name: string, value: unknown) => unknown);
}

/** Whether a double holds this number. */
function isHeld(text: string): boolean {
  const held = String(Number(text));
  return held === text || decimalOf(held) === decimalOf(text);
}

/**
 * `text`: the same without what is too deep. `areHeld`: whether a double holds each number in it. In one walk
 * that skips strings: a search for long numbers takes half as long as the parsing.
 */
function scan(json: string): { text: string; areHeld: boolean } {
  let [depth, kept, from, areHeld] = [0, "", 0, true];
  for (let index = 0; index < json.length; index++) {
    const character = json.charCodeAt(index);
    if (character === quote) index = endOfString(json, index);
    else if (character === brace || character === bracket) {
      if (++depth === maxDepth + 1) kept += `${json.slice(from, index)}null`;
    } else if (character === brace + 2 || character === bracket + 2) {
      if (depth-- === maxDepth + 1) from = index + 1;
    } else if (isDigit(character)) {
      const { end, hasPower } = endOfNumber(json, index);
      if (hasPower || end - index > maxHeldLength) areHeld &&= isHeld(json.slice(index, end));
      index = end - 1;
    }
  }
  return { text: kept + (from === 0 && kept === "" ? json : json.slice(from)), areHeld };
}

/** A double holds any 15 digits. */
const maxHeldLength = 15;

const dot = 0x2e;
/** Signs too, which follow an `e`. */
const powers = new Set([..."eE+-"].map((character) => character.charCodeAt(0)));
const quote = 0x22;
const backslash = 0x5c;
const brace = 0x7b;
const bracket = 0x5b;

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

/** Of the number whose first digit is at `start`. `end`: behind its last character. */
function endOfNumber(json: string, start: number): { end: number; hasPower: boolean } {
  let hasPower = false;
  for (let end = start + 1; ; end++) {
    const character = json.charCodeAt(end);
    if (isDigit(character) || character === dot) continue;
    if (!powers.has(character)) return { end, hasPower };
    hasPower = true;
  }
}

/** Of the string that begins at `start`; without one, the end of the text. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return json.length;
}

/** One form for each value: digits without zeros at either end, and the power of ten of the last one. */
function decimalOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
