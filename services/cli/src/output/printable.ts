// What may reach a terminal: names and reasons come from Trackunit's API, and a terminal obeys more than letters.

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: controls are what it is about
/** Colours that `style.ts` sets and ends; nothing that moves, hides or answers. */
const ours = /^\x1b\[(?:1|22|3[1236]|39|90)m$/;
/** Sequences of our colours, or any one control: C0 but tab and line break, DEL, C1, and what turns the direction of writing. */
const controls = /\x1b\[\d{1,2}m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: controls are what it is about

/** For words: a control is shown as its escape, such as `\\u001b`. */
export function printable(text: string): string {
  return text.replace(controls, (found) => (ours.test(found) ? found : [...found].map(escaped).join("")));
}

/** For JSON, in whose strings an escape means the same: also what JSON allows as it is. */
export function printableJson(json: string): string {
  return json.replace(controls, (found) => [...found].map(escaped).join(""));
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const isControl = code < 0x20 || code > 0x7e;
  return isControl ? `\\u${code.toString(16).padStart(4, "0")}` : character;
}
