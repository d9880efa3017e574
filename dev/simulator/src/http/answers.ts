// What a route answers, and the error shape that Trackunit documents for its REST interface.

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  contentType: string;
  /** Text and bytes are sent as they are, anything else as JSON. */
  body: unknown;
}

export interface Violation {
  field: string;
  message: string;
}

export function json(status: number, body: unknown): Answer {
  return { status, contentType: "application/json; charset=utf-8", body };
}

export function html(status: number, body: string): Answer {
  return { status, contentType: "text/html; charset=utf-8", body };
}

export function apiError(status: number, message: string, violations: Violation[] = []): Answer {
  return json(status, apiErrorBody(status, message, violations));
}

/** `{"status", "code", "message", "violations"}`; the codes are the simulator's. */
export function apiErrorBody(status: number, message: string, violations: Violation[] = []) {
  return { status, code: codes[status] ?? `HTTP_${status}`, message, violations };
}

export function badField(field: string, message: string): Answer {
  return apiError(400, "The request is not valid.", [{ field, message }]);
}

/** 429, with `Retry-After` unless the number is null. */
export function tooMany(retryAfterS: number | null): Answer {
  const answer = apiError(429, "Too many requests.");
  return retryAfterS === null ? answer : { ...answer, headers: { "retry-after": String(retryAfterS) } };
}

const codes: Record<number, string> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_ALLOWED",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "TOO_MANY_REQUESTS",
  500: "INTERNAL_SERVER_ERROR",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};

/** The document that a browser gets for an address of the web application. */
export const webAppPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Manager</title></head><body><div id="root"></div></body></html>
`;
