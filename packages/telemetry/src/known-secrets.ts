// The secrets of this process's configuration, found in a text by their value however they are encoded there.

import { redacted } from "./named-secrets.ts";
import { isSecretName, jwkPrivateNames } from "./secret-names.ts";

/** A shorter value would be found in ordinary words; such a one is redacted by name and shape only. */
const minLength = 6;
const minFragment = 8;

/** The one state of this package: whoever writes a line must not have to be told what it may not hold. */
const spellings = new Set<string>();
let pattern: RegExp | undefined;

/**
 * From now on no text that this process writes through `redact` shows what is secret in the value of a variable: the
 * whole of one with a secret's name, the password of a URL, the private members of a JSON Web Key.
 */
export function hideVariable(name: string, value: string): void {
  for (const secret of secretsIn(name, value)) for (const one of spellingsOf(secret)) spellings.add(one);
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  pattern = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(literal).join("|"), "g");
}

export function withoutKnownSecrets(text: string): string {
  return pattern === undefined ? text : text.replace(pattern, redacted);
}

function secretsIn(name: string, value: string): string[] {
  const [, password = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(.+)@/i.exec(value) ?? [];
  const isSecret = isSecretName(name) || /_(?:PASSWORD|SECRET|SESSION_KEY|TOKEN_KEYS?)$/.test(name);
  return [password, decoded(password), ...privateMembers(value), ...(isSecret ? [value] : [])].filter(
    (secret) => secret.length >= minLength,
  );
}

function privateMembers(text: string): string[] {
  const found: string[] = [];
  try {
    JSON.parse(text, (name, member: unknown) => {
      if (jwkPrivateNames.has(name) && typeof member === "string") found.push(member);
      return member;
    });
  } catch {
    // Not JSON: nothing of this kind.
  }
  return found;
}

function spellingsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret.toWellFormed());
  const plain = [secret, percent, encodeURI(secret.toWellFormed()), percent.replaceAll("%20", "+")];
  const escaped = JSON.stringify(secret).slice(1, -1);
  const urlSpelling = new URL("http://host/");
  urlSpelling.password = secret;
  return [
    ...plain,
    ...plain.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    urlSpelling.password,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    Buffer.from(secret).toString("hex"),
    ...base64Spellings(secret),
  ].filter((text) => text.length >= minLength);
}

/** Whatever stands before the secret, as the user does in a Basic header, it is aligned in one of three ways. */
function base64Spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(2)]).toString("base64");
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (own.length < minFragment) return [];
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A pattern for this text and no other. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
