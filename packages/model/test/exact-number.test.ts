import fc from "fast-check";
import { expect, test } from "vitest";
import { ExactNumber, parseExactJson } from "../src/index.ts";

test.each([
  "9007199254740993",
  "-9007199254740993",
  "18446744073709551616",
  "0.12345678901234567890",
  "12.3456789012345678",
  "1e400",
  "1e-400",
  "123456789012345678e-3",
])("%s is kept as it is, also as JSON", (text) => {
  const [parsed] = parseExactJson(`[${text}]`) as [ExactNumber];
  expect(parsed).toBeInstanceOf(ExactNumber);
  expect(parsed.text).toBe(text);
  expect(JSON.stringify({ parsed })).toBe(`{"parsed":${text}}`);
});

test.each([
  "0",
  "-0",
  "-0.0",
  "1",
  "0.1",
  "1.50",
  "9007199254740992",
  "9007199254740994",
  "100000000000000000000000",
  "1E23",
  "0.000000000000000000001",
  "0.30000000000000004",
  "1.7976931348623157e308",
  "5e-324",
])("%s is a number", (text) => {
  expect(parseExactJson(`{"a":[${text}]}`)).toEqual({ a: [Number(text)] });
});

test("a number is the same beside one that is not held as alone, however it is written", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 24 });
  const numbers = fc
    .tuple(
      fc.constantFrom("", "-"),
      digits.map((whole) => whole.replace(/^0+(?=.)/, "")),
      fc.option(
        digits.map((fraction) => `.${fraction}`),
        { nil: "" },
      ),
      fc.option(
        fc.tuple(fc.constantFrom("e", "E+", "e-"), fc.nat(330)).map((power) => power.join("")),
        { nil: "" },
      ),
    )
    .map((parts) => parts.join(""));
  const separators = fc.constantFrom(",", ", ", ",\n", ' ,"1234567890123456789",');
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, separators)), (all) => {
      const text = all.map((pair) => pair.join("")).join("");
      const beside = parseExactJson(`[9007199254740993,${text}0]`) as unknown[];
      expect(parseExactJson(`[${text}0]`)).toEqual(beside.slice(1));
      for (const [number] of all.slice(0, 1)) expect(parseExactJson(number)).toEqual(beside[1]);
    }),
    { numRuns: 500 },
  );
});

test("digits in text and names stay what they are", () => {
  const json = { "90071992547409931234": "90071992547409931234.5", id: "1e400" };
  expect(parseExactJson(JSON.stringify(json))).toEqual(json);
});

test.each([
  ["9007199254740993", true],
  ["-9223372036854775808", true],
  ["9223372036854775808", false],
  ["0.1234567890123456789012345678901234", false],
  ["1e6145", false],
])("%s is an integer of 64 bits: %s", (text, isInt64) => {
  expect(new ExactNumber(text).isInt64).toBe(isInt64);
});

test("what is nested deeper than anything is stored comes as null, and the numbers beside it are exact", () => {
  const nested = (levels: number) => `${'{"a":['.repeat(levels)}"}]\\"{["${"]}".repeat(levels)}`;
  const deep = parseExactJson(`[${nested(50_000)},{"b":9007199254740993,"c":"{[\\"{"},${nested(5)}]`);
  expect(JSON.stringify(deep)).toMatch(
    /^\[(?:\{"a":\[){99}\{"a":null\}(?:\]\}){99},\{"b":9007199254740993,"c":"\{\[\\"\{"\},/,
  );
  expect((deep as unknown[])[2]).toEqual(JSON.parse(nested(5)));
  for (const broken of ["[".repeat(1_000), "]".repeat(1_000), '{"a":"', `${"[".repeat(1_000)}"`])
    expect(() => parseExactJson(broken)).toThrow(SyntaxError);
});
