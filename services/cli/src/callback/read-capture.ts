// A captured callback, from raw HTTP/1.1 text (RFC 9112) or from JSON `{headers, body}`.

import { CaptureError } from "../errors.ts";

export interface Capture {
  method: string;
  path: string;
  /** Names in lower case; a repeated header as Node.js joins it. */
  headers: Record<string, string>;
  body: string;
  /** When it arrived, if the capture says so. */
  receivedAt: Date | undefined;
}

/** @throws CaptureError */
export function readCapture(text: string): Capture {
  return text.trimStart().startsWith("{") ? fromJson(text) : fromHttp(text);
}

function fromJson(text: string): Capture {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CaptureError("the file begins like JSON but is not", { cause });
  }
  const { headers, body, method = "POST", url, path = url ?? "/appinstall", receivedAt } = value;
  if (typeof headers !== "object" || headers === null || body === undefined)
    throw new CaptureError("a capture in JSON has headers and body");
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    method: textOf(method),
    path: textOf(path),
    headers: joined(pairs.map((pair) => [textOf(pair?.[0]), [pair?.[1]].flat().map(textOf).join(", ")])),
    body: textOf(body),
    receivedAt: receivedAt === undefined ? undefined : instantOf(textOf(receivedAt)),
  };
}

/** Of JSON: an object in whose place there should be a text may have a `toString` that is not a function. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function fromHttp(text: string): Capture {
  const [, head = "", rest = ""] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(text.trimStart()) ?? [];
  const [requestLine = "", ...lines] = head.split(/\r?\n/);
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/\d(?:\.\d)?$/.exec(requestLine) ?? [];
  if (method === undefined || path === undefined)
    throw new CaptureError("the file holds neither JSON nor an HTTP request", {
      advice:
        "Give the request as received, from `POST /appinstall HTTP/1.1` to the body, or JSON with headers and body.",
    });
  const headers = joined(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) throw new CaptureError("a line among the headers is not a header");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  if (headers["transfer-encoding"] !== undefined)
    throw new CaptureError("the body is captured in chunks", {
      advice: "Replace it by the body itself and remove the line Transfer-Encoding.",
    });
  return { method, path, headers, body: bodyOf(rest, headers["content-length"]), receivedAt: undefined };
}

/** Editors add a line break at the end. */
function bodyOf(rest: string, contentLength: string | undefined): string {
  if (contentLength === undefined) return rest.replace(/\r?\n$/, "");
  const bytes = Buffer.from(rest);
  if (bytes.length < Number(contentLength))
    throw new CaptureError(
      `the body has ${bytes.length} of the ${contentLength} bytes that Content-Length names`,
      {
        advice: "Capture it completely, or remove the line Content-Length if the body was formatted.",
      },
    );
  return bytes.subarray(0, Number(contentLength)).toString();
}

function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  return headers;
}

/** @throws CaptureError */
export function instantOf(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()))
    throw new CaptureError(`${text} is not a time; write 2026-01-31T12:00:00Z`);
  return instant;
}
