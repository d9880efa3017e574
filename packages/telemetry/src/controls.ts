// What a terminal obeys instead of showing it: names and reasons come from Trackunit's API, and logs are read
// on terminals too.

/** For a pattern's brackets: C0 but tab and line break, DEL, C1, and what turns the direction of writing. */
export const controlCharacters =
  "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069";

const controls = new RegExp(`[${controlCharacters}]`, "g");

/**
 * Each as its escape, such as `\\u001b`: in a string of JSON, of those that JSON allows as they are, it means
 * the same.
 */
export function withoutControls(text: string): string {
  return text.replace(controls, controlEscape);
}

/** As JSON writes it. */
export function controlEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
