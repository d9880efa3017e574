// What of a job may be seen: sealed values by their key id only, everything else through the log's redaction.

import type { SealedText } from "@fleetkeeper/model";
import { redact, redactText } from "@fleetkeeper/telemetry";

/** Five parts, the first of them base64url of `{"`: a JWE in compact form (RFC 7516, section 7.1). */
const sealedShape = /eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){4}/g;

/** A copy of `value` to show on a page. Dates become text. */
export function presentable(value: unknown): unknown {
  if (typeof value === "string") return presentableText(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(presentable);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, presentableField(name, item)]),
  );
}

function presentableField(name: string, value: unknown): unknown {
  if (typeof value === "string" && isSealed(value)) return describeSealed(value);
  return isSecretName(name) ? "[redacted]" : presentable(value);
}

/** The redaction knows the names; it tells by what it does to a value that is not a secret. */
function isSecretName(name: string): boolean {
  return (redact({ [name]: "" }) as Record<string, unknown>)[name] !== "";
}

function presentableText(text: string): string {
  return redactText(text.replace(sealedShape, describeSealed));
}

function isSealed(text: string): boolean {
  return text !== "" && text.replace(sealedShape, "") === "";
}

function describeSealed(sealed: string): string {
  return `[sealed, key ${keyIdOf(sealed as SealedText) ?? "unknown"}]`;
}

function keyIdOf(sealed: SealedText): string | undefined {
  try {
    const header = JSON.parse(Buffer.from(sealed.split(".")[0] ?? "", "base64url").toString()) as {
      kid?: unknown;
    };
    return typeof header.kid === "string" ? header.kid.slice(0, 64) : undefined;
  } catch {
    return undefined;
  }
}
