// Requests to addresses that others gave us: public ones only, so that they cannot reach our own network
// through us.

import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { AddressRefusedError, HttpError, NoAnswerError, UrlRefusedError } from "./errors.ts";
import { isPublicAddress } from "./public-address.ts";
import { refuseRedirect } from "./redirects.ts";

/** Bounds of every request: milliseconds and bytes. */
export interface GuardedFetchOptions {
  /** Takes `http:` and every address: for a receiver in the same network, and for tests. */
  allowPrivate: boolean;
  /** From sending to the last byte. */
  timeoutMs: number;
  /** Of the answer's body; the rest of a longer one is not read. */
  maxBytes: number;
  /** Instead of the system's resolver. */
  lookup?: LookupFunction;
}

/** One request; its URL goes beside it. */
export interface GuardedRequest {
  /** Default GET. */
  method?: Dispatcher.HttpMethod;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
}

/** The answer, whole and within the bounds. */
export interface GuardedAnswer {
  status: number;
  /** By names in lower case; of a header that came several times, the values with commas between them. */
  headers: Record<string, string>;
  /** The first `maxBytes` as UTF-8, even if they are not text. */
  body: string;
  /** Whether there was more. */
  truncated: boolean;
}

/** Sends to addresses that others named. Close it when nothing sends any more. */
export interface GuardedFetch {
  /**
   * Sends one request, never a second one. Gives the answer with any status but a redirect.
   * @throws UrlRefusedError, AddressRefusedError: nothing was sent. NoAnswerError, RedirectError.
   * The signal's reason, when that ended it.
   */
  (url: string, init?: GuardedRequest): Promise<GuardedAnswer>;
  /** Ends every connection, and with it what is still on its way. */
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;

/**
 * What a URL must be, apart from the address behind its name, which only a connection shows: for the moment
 * in which it is given to us. @throws UrlRefusedError, AddressRefusedError
 */
export function checkGuardedUrl(text: string, { allowPrivate }: { allowPrivate: boolean }): URL {
  const url = URL.parse(text);
  if (url === null) throw new UrlRefusedError("the address is not a URL");
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:"))
    throw new UrlRefusedError("the address does not begin with https://");
  if (url.username !== "" || url.password !== "")
    throw new UrlRefusedError("the address holds a user or a password");
  if (!allowPrivate) checkLiteral(url.hostname.replace(/^\[|\]$/g, ""));
  return url;
}

/**
 * As `checkGuardedUrl`, and the name must lead to a public address now, as this machine sees it. A name that
 * leads nowhere passes: another machine may know it. @throws UrlRefusedError, AddressRefusedError
 */
export async function checkGuardedAddress(
  text: string,
  {
    allowPrivate,
    lookup = systemLookup as LookupFunction,
  }: Pick<GuardedFetchOptions, "allowPrivate" | "lookup">,
): Promise<void> {
  const { hostname } = checkGuardedUrl(text, { allowPrivate });
  if (allowPrivate) return;
  await new Promise<void>((resolve, reject) =>
    publicOnly(lookup)(hostname.replace(/^\[|\]$/g, ""), { all: true }, (error) =>
      error instanceof AddressRefusedError ? reject(error) : resolve(),
    ),
  );
}

/**
 * One for a process. Each address is looked at when it is connected to, so that a name cannot lead elsewhere
 * later. It goes there directly: the proxies of `createConnections` are not used, since with them only the
 * proxy knows where a name leads.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { allowPrivate, timeoutMs, maxBytes, lookup = systemLookup as LookupFunction } = options;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: allowPrivate ? lookup : publicOnly(lookup),
  });
  const agent = new Agent({
    connections: 8,
    connect: (target, callback) => {
      // What is an address already is not looked up.
      if (!allowPrivate && isIP(target.hostname) !== 0 && !isPublicAddress(target.hostname))
        return callback(new AddressRefusedError(), null);
      connect(target, callback);
    },
  });
  return Object.assign(
    async (url: string, { method = "GET", headers, body, signal }: GuardedRequest = {}) => {
      const target = checkGuardedUrl(url, { allowPrivate });
      signal?.throwIfAborted();
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await request(target, {
          method,
          // Nothing is decoded: a few bytes may become many.
          headers: { "accept-encoding": "identity", ...headers },
          body: body ?? null,
          dispatcher: agent,
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        });
        const { statusCode: status } = response;
        const answered = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
        );
        const { text, truncated } = await beginningOf(response.body, maxBytes);
        refuseRedirect(status, answered.location, target.href);
        return { status, headers: answered, body: text, truncated };
      } catch (cause) {
        if (cause instanceof HttpError) throw cause;
        signal?.throwIfAborted();
        throw new NoAnswerError("no answer came", { cause });
      }
    },
    { close: () => agent.destroy() },
  );
}

function checkLiteral(host: string): void {
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new AddressRefusedError();
}

/** Of the addresses behind a name only the public ones are connected to. */
export function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "");
      const addresses = (typeof found === "string" ? [] : found).filter(({ address }) =>
        isPublicAddress(address),
      );
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefusedError(), "");
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
}

/** Leaving the loop early ends the connection. */
async function beginningOf(body: AsyncIterable<Buffer>, maxBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  const bytes = Buffer.concat(chunks, Math.min(length, maxBytes));
  return { text: new TextDecoder().decode(bytes), truncated: length > maxBytes };
}
