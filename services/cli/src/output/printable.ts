// What may reach a terminal: names and reasons come from Trackunit's API, and a terminal obeys more than
// letters.

import { controlCharacters, controlEscape } from "@fleetkeeper/telemetry";

/** Colours that `style.ts` sets and ends; nothing that moves, hides or answers. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is about
const ours = /^\x1b\[(?:1|22|3[1236]|39|90)m$/;
/** Sequences of our colours, or any one control. */
const controls = new RegExp(`\\x1b\\[\\d{1,2}m|[${controlCharacters}]`, "g");

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
  return isControl ? controlEscape(character) : character;
}
