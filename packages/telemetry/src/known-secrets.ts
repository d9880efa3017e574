// The secrets of this process's configuration, found in a text by their value however they are encoded there.

import { redacted } from "./named-secrets.ts";
import { isSecretName, jwkPrivateNames } from "./secret-names.ts";

/** A shorter value would be found in ordinary words; such a one is redacted by name and shape only. */
const minLength = 6;
const minFragment = 8;
/** Shorter is the last line of a key, or a word of its frame. */
const pemLine = 20;
const keyLength = 32;

/** The one state of this package: anyone who writes a line must not have to be told what it may not hold. */
const spellings = new Set<string>();
let pattern: RegExp | undefined;

/**
 * From now on no text that this process writes through `redact` shows what is secret in the value of a
 * variable: the whole of one with a secret's name, the password of a URL, the private members of a JSON Web
 * Key.
 */
export function hideVariable(name: string, value: string): void {
  for (const secret of secretsIn(name, value)) for (const one of spellingsOf(secret)) spellings.add(one);
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  pattern = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(literal).join("|"), "g");
}

/** The text with each of them replaced; the same text while none is known. */
export function withoutKnownSecrets(text: string): string {
  return pattern === undefined ? text : text.replace(pattern, redacted);
}

function secretsIn(name: string, value: string): string[] {
  const [, password = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(.+)@/i.exec(value) ?? [];
  return [
    ...[password, decoded(password)],
    ...privateMembers(value),
    ...queryValues(value),
    ...(name.endsWith("_HEADERS") ? headerValues(value) : []),
    ...(isSecretVariable(name) ? [value, ...keysIn(value), ...pemLines(value)] : []),
  ].filter((secret) => secret.length >= minLength);
}

const secretVariable =
  /_(?:PASSWORD|SECRET|PRIVATE_KEYS?|(?:SESSION|SIGNING|CLIENT|TOKEN)_KEYS?)$|^TOKEN_KEY$/;

function isSecretVariable(name: string): boolean {
  return isSecretName(name) || secretVariable.test(name);
}

/**
 * Of a URL's query: the password of a Sentinel or a key file, the key of a gateway; also `NAME:value` within
 * a value.
 */
function queryValues(value: string): string[] {
  const [, query = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^\s?]*\?([^\s#]+)/i.exec(value) ?? [];
  return query.split("&").flatMap((pair) => {
    const [, name = "", text = ""] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    const inner = [...decoded(text).matchAll(/([\w.-]+):([^,]+)/g)];
    return [[name, text], [name, decoded(text)], ...inner.map(([, ...one]) => one)].flatMap(
      ([name = "", text = ""]) =>
        /(?:password|key|token|secret|sig|signature|code)$/i.test(name) ? [text] : [],
    );
  });
}

/** `name=value,name=value` of OTEL_EXPORTER_OTLP_HEADERS, without a scheme such as Bearer. */
function headerValues(value: string): string[] {
  return value.split(",").map((pair) => {
    const text = decoded(pair.slice(pair.indexOf("=") + 1)).trim();
    return /^[A-Za-z]+ (.+)$/.exec(text)?.[1] ?? text;
  });
}

/** Several keys in one variable, with blanks between. */
function keysIn(value: string): string[] {
  return value.split(" ").filter((key) => key.length >= keyLength);
}

/** A key in PEM may be quoted in part, a line of it. */
function pemLines(value: string): string[] {
  return value.includes("-----BEGIN ") ? value.split(/\s+/).filter((line) => line.length >= pemLine) : [];
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

/**
 * For any text before the secret, such as the user in a Basic header, it is aligned in one of three ways.
 */
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
