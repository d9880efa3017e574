import { styleText } from "node:util";
import { expect, test } from "vitest";
import { printable, printableJson } from "../../src/output/printable.ts";

/** Sets the title, clears the screen, writes the clipboard, turns the writing, hides what follows. */
const hostile = [
  "\x1b]0;owned\x07",
  "\x1b[2J\x1b[H",
  "\x1b]52;c;ZXZpbA==\x1b\\",
  "\x9b2J",
  "\u202Eevil",
  "\x1b[8m",
  "\x7f",
  "a\rb",
];

test.each(hostile)("%j reaches no terminal as it is, and stays readable", (text) => {
  const controls = /[\p{Cc}\u202a-\u202e]/u;
  expect(printable(text)).not.toMatch(controls);
  expect(printableJson(JSON.stringify({ text }))).not.toMatch(controls);
  expect(JSON.parse(printableJson(JSON.stringify({ text })))).toEqual({ text });
});

test("our own colours, line breaks and letters of any language stay", () => {
  for (const format of ["green", "cyan", "yellow", "red", "gray", "bold"] as const) {
    const text = `${styleText(format, "Grüße, 東京 🚜", { validateStream: false })}\n`;
    expect(printable(text)).toBe(text);
  }
});
