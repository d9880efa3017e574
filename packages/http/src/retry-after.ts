// `Retry-After` of an answer, in seconds or as a date (RFC 9110, section 10.2.3).

const shortestWaitMs = 1_000;
const maxWaitMs = 3_600_000;

/**
 * The wait that `Retry-After` asks for, between 1 s and 1 h; undefined when it is absent or unreadable. A
 * date is compared with the answer's own `Date`, where it has one: the two clocks may differ.
 */
export function retryAfterMs(retryAfter: string | undefined, date?: string): number | undefined {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return boundedWaitMs(Number(text) * 1_000);
  if (!/^[A-Z]/i.test(text)) return undefined;
  const serverNowMs = parseDate(date?.trim() ?? "");
  return boundedWaitMs(parseDate(text) - (Number.isNaN(serverNowMs) ? Date.now() : serverNowMs));
}

/** A wait that a server asks for is taken to be between 1 s and 1 h; undefined when it is not a number. */
export function boundedWaitMs(ms: number | undefined): number | undefined {
  if (ms === undefined || Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, shortestWaitMs), maxWaitMs);
}

/** The oldest of HTTP's three forms, `Sun Nov  6 08:49:37 1994`, names no zone and means GMT. */
function parseDate(text: string): number {
  return Date.parse(/ \d{4}$/.test(text) ? `${text} GMT` : text);
}
