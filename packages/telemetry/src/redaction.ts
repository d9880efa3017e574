// The one place that says what never reaches a log line: secrets by field name, and anything that looks like one.

/** Replaces a secret in a log line. */
export const redacted = "[redacted]";

/** Names of fields whose value is a secret, wherever they stand (compared without case, `-` and `_`). */
const secretNames = [
  "clientsecret",
  "secret",
  "password",
  "accesstoken",
  "token",
  "authorization",
  "trackunitidentity",
  "cookie",
  "setcookie",
  "sealedcredential",
  "sealedbody",
  "sealingprivatekeys",
  "boardpassword",
];

/** `name` with any case and with `-` or `_` between its letters. */
const anySpelling = (name: string) => [...name].join("[-_]?");

/**
 * Text shapes that are secrets in themselves: a JSON field with a secret's name, JSON Web Tokens and sealed values,
 * bearer headers, `client_secret=` forms, passwords in URLs.
 */
const secretShapes: readonly [pattern: RegExp, replacement: string][] = [
  [
    new RegExp(`("(?:${secretNames.map(anySpelling).join("|")})":)"(?:[^"\\\\]|\\\\.)*"`, "gi"),
    `$1"${redacted}"`,
  ],
  [/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}/g, redacted],
  [/(bearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi, `$1${redacted}`],
  [
    /((?:client_secret|clientSecret|access_token|accessToken|password)\\?["']?\s*[=:]\s*\\?["']?)[^&\s"'\\,}]+/g,
    `$1${redacted}`,
  ],
  [/(\/\/[^/\s:@]*:)[^@/\s]+@/g, `$1${redacted}@`],
];

/** A copy of `value` fit for a log: at most `depth` levels deep, secrets replaced, errors as `{type, code, message, stack, cause}`. */
export function redact(value: unknown, depth = 6): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value;
  if (depth === 0) return "[deep]";
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth - 1));
  return redactFields(value, depth);
}

export function redactText(text: string): string {
  return secretShapes.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretName(name) ? redacted : redact(item, depth - 1),
    ]),
  );
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name: _, message, stack, cause, ...fields } = error as Error & Record<string, unknown>;
  return {
    type: error.constructor.name,
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...redactFields(fields, depth),
    ...(cause === undefined ? {} : { cause: redact(cause, depth - 1) }),
  };
}

function isSecretName(name: string): boolean {
  return secretNames.includes(name.toLowerCase().replace(/[-_]/g, ""));
}
