// Secrets in a text that stand behind a name: a JSON field, also in JSON within JSON, a form's field, a
// printed object.

import { jwkPrivateNames, secretNames } from "./secret-names.ts";

/** Replaces a secret in a text. */
export const redacted = "[redacted]";

/** `name` with any case and with `-` or `_` between its letters. */
const anySpelling = (name: string) => [...name].join("[-_]?");

const quotedName = `"(?:(?<secret>[\\w-]{0,40}?(?:${secretNames.map(anySpelling).join("|")})s?)|(?<jwk>${[...jwkPrivateNames].join("|")}))\\\\*"\\s{0,4}:\\s{0,4}`;
const quoted = new RegExp(quotedName, "gi");
/**
 * Without quotes only what is not a word of prose, and not a variable's name in capitals, which a message may
 * explain.
 */
const bare =
  /(?:client[-_]?[sS]ecret|(?:access|refresh|id)(?:[-_]token|Token)|api(?:[-_]key|Key)|passw(?:or)?d)\s{0,4}[=:]\s{0,4}/g;

/** Takes time in proportion to the text's length: what was looked at as a value is not looked at again. */
export function withoutNamedSecrets(text: string): string {
  return replaceValues(replaceValues(text, quoted), bare);
}

function replaceValues(text: string, head: RegExp): string {
  let result = "";
  let copiedTo = 0;
  head.lastIndex = 0;
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    const { start, end } = valueAt(text, head.lastIndex);
    const value = text.slice(start, end);
    if (value === "" || (match.groups?.jwk !== undefined && !/^[\w-]{20,}$/.test(value))) continue;
    const isNumber = head === quoted && start === head.lastIndex && /^-?\d/.test(value);
    if (head === quoted && start === head.lastIndex && !isNumber) continue;
    result += text.slice(copiedTo, start) + (isNumber ? `"${redacted}"` : redacted);
    copiedTo = end;
    head.lastIndex = end;
  }
  return result + text.slice(copiedTo);
}

/** Where the value that begins at `from` is, without its quotes. */
function valueAt(text: string, from: number): { start: number; end: number } {
  let quote = from;
  while (text[quote] === "\\") quote++;
  if (text[quote] === '"') return { start: quote + 1, end: endOfString(text, quote + 1, quote - from) };
  if (text[quote] === "'") return { start: quote + 1, end: firstOf(/['"\n]/g, text, quote + 1) };
  return { start: from, end: firstOf(/[&\s"'\\,}]/g, text, from) };
}

/**
 * The end of a JSON string whose opening quote has `level` backslashes before it: 0, or 1 in JSON within
 * JSON, 3 in JSON within that. A quote with fewer ends what is around it.
 */
function endOfString(text: string, from: number, level: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\" && quote - 1 - backslashes >= from) backslashes++;
    if (backslashes < level) return quote - backslashes;
    if (backslashes % (2 * (level + 1)) === level) return quote - level;
  }
  return firstOf(/[&\s"'\\,}]/g, text, from);
}

function firstOf(end: RegExp, text: string, from: number): number {
  end.lastIndex = from;
  const index = end.exec(text)?.index ?? text.length;
  return text[index] === '"' && text[index - 1] === "\\" && index > from ? index - 1 : index;
}
