// What may be said of an error: a list of fields. Other fields of a foreign one may hold a command
// with a password.

import { FleetkeeperError } from "@fleetkeeper/model";

/** A message may quote an answer, a stack begins with the message. */
const maxTextLength = 8_192;
const maxErrors = 10;

/**
 * `{type, message, code, stack, cause, errors}`, and of our own errors what their classes declare. Not yet
 * redacted: for `redact`, which goes through its texts, its cause and its errors.
 */
export function describeError(error: Error): Record<string, unknown> {
  const { message, code, stack, cause, errors } = error as Error & Record<string, unknown>;
  return {
    type: typeOf(error),
    message: cut(message),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(typeof stack === "string" ? { stack: cut(stack) } : {}),
    ...(error instanceof FleetkeeperError ? plainFields(error) : {}),
    ...(cause === undefined ? {} : { cause }),
    ...(Array.isArray(errors) ? { errors: errors.slice(0, maxErrors) } : {}),
  };
}

function typeOf(error: Error): string {
  const type: unknown = error.constructor?.name;
  return typeof type === "string" && type !== "Object" ? type : String(error.name);
}

/** Numbers, short texts and instants: what our classes declare beside a message. */
function plainFields(error: FleetkeeperError): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(error).filter(
      ([name, value]) =>
        name !== "name" && (["string", "number", "boolean"].includes(typeof value) || value instanceof Date),
    ),
  );
}

function cut(text: unknown): string {
  const whole = String(text);
  return whole.length > maxTextLength ? `${whole.slice(0, maxTextLength)}…` : whole;
}
