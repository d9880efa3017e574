// The one place that says what never reaches a log line: secrets by field name, by value, and anything that
// looks like one.

import { withoutControls } from "./controls.ts";
import { describeError } from "./describe-error.ts";
import { withoutKnownSecrets } from "./known-secrets.ts";
import { redacted, withoutNamedSecrets } from "./named-secrets.ts";
import { isSecretName, jwkPrivateNames } from "./secret-names.ts";

const maxListed = 100;

/**
 * A copy of `value` fit for a log: at most `depth` levels deep, 100 items per list, secrets replaced, errors
 * as `describeError` has them, and nothing in a text that a terminal would obey.
 */
export function redact(value: unknown, depth = 6): unknown {
  if (typeof value === "string") return withoutControls(redactText(value));
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value;
  if (depth === 0) return "[deep]";
  if (isError(value)) return redactFields(describeError(value), depth);
  if (Array.isArray(value)) return value.slice(0, maxListed).map((item) => redact(item, depth - 1));
  return redactFields(value, depth);
}

/** Beyond this a pattern may run out of stack, and no reader needs more. */
const maxText = 1_000_000;
/** As much may be a part of a secret that was cut through. */
const cutOff = 10_000;

/**
 * `text` without secrets, and without the rest of a very long one. Takes time in proportion to its length.
 */
export function redactText(text: string): string {
  if (text.length > maxText)
    return `${redactText(text.slice(0, maxText)).slice(0, -cutOff)}[long: ${text.length}]`;
  const plain = withoutUrlPasswords(withoutNamedSecrets(withoutHeaders(withoutKnownSecrets(text))));
  return withoutTokens(withoutSigningKeys(withoutApiKeys(withoutPrivateKeys(plain))));
}

/**
 * The same error, its message and stack without secrets: for those who keep an error's text themselves, as
 * BullMQ does with the reason of a failed job.
 */
export function withoutSecrets(error: unknown): unknown {
  for (let one = error, depth = 0; one instanceof Error && depth < 6; one = one.cause, depth++)
    for (const part of ["message", "stack"] as const)
      if (typeof one[part] === "string")
        Object.defineProperty(one, part, {
          value: redactText(one[part]),
          configurable: true,
          writable: true,
        });
  return error;
}

function redactFields(value: object, depth: number): Record<string, unknown> {
  const isJwk = "kty" in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretName(name) || (isJwk && jwkPrivateNames.has(name)) ? redacted : redact(item, depth - 1),
    ]),
  );
}

/** Also one of another realm, or a copy that lost its class. */
function isError(value: object): value is Error {
  if (value instanceof Error) return true;
  const { message, stack } = value as { message?: unknown; stack?: unknown };
  return typeof message === "string" && typeof stack === "string";
}

/** `Bearer …`, and `Basic …` where it is one: RFC 6750 and RFC 7617. */
function withoutHeaders(text: string): string {
  return text.replace(/\b(bearer|basic)(\s+)([\w.~+/=-]{8,})/gi, (whole, scheme, blank, credentials) =>
    scheme.toLowerCase() === "bearer" || Buffer.from(credentials, "base64").includes(":")
      ? `${scheme}${blank}${redacted}`
      : whole,
  );
}

/** API keys of ours, but for the id in them. */
function withoutApiKeys(text: string): string {
  return text.replace(/\bfk_([0-9a-f]{16})_[\w-]{20,}/g, `fk_$1_${redacted}`);
}

/** Private keys in PEM (RFC 7468), also one that lost its end, and with line breaks escaped. */
function withoutPrivateKeys(text: string): string {
  return text.replace(
    /-----BEGIN (?:[A-Z]{2,10} ){0,3}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}-----)?/g,
    redacted,
  );
}

/** Signing keys of webhooks. */
function withoutSigningKeys(text: string): string {
  return text.replace(/whsec_[\w+/-]{16,}=*/g, redacted);
}

/**
 * JSON Web Tokens and sealed values, each in compact form. Whole runs are taken at once, so that none is read
 * twice.
 */
function withoutTokens(text: string): string {
  return text.replace(/[\w.-]{20,}/g, (run) => {
    const start = run.indexOf("eyJ");
    if (start < 0 || run.split(".", 3).length < 3 || run.lastIndexOf(".") < start) return run;
    return `${run.slice(0, start)}${redacted}`;
  });
}

/** Passwords in URLs, also those with a `/`, `:`, `?` or `@` that should have been percent-encoded. */
function withoutUrlPasswords(text: string): string {
  return text.replace(/[^\s"'<>`]{5,}/g, (run) => {
    const slashes = run.indexOf("//");
    const at = run.lastIndexOf("@");
    if (slashes < 0 || at < slashes) return run;
    const colon = run.indexOf(":", slashes);
    if (colon < 0 || colon > at) return run;
    // A port and a path in which some name begins with @, such as an app's.
    const slash = run.indexOf("/", slashes + 2);
    if (slash > 0 && slash < at && !run.slice(slashes, slash).includes("@"))
      if (slash < colon || /^:\d{1,5}$/.test(run.slice(colon, slash))) return run;
    return `${run.slice(0, colon + 1)}${redacted}${run.slice(at)}`;
  });
}
