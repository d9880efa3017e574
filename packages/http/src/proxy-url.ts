// What the URL of a proxy must be: undici parses it only when the first agent is made, and takes in silence
// what it ignores.

import { defineError } from "@fleetkeeper/model";
import { HttpError } from "./errors.ts";

/** The text is not a URL of a proxy. The message says what is wrong with it and holds no part of it. */
export class ProxyUrlError extends defineError(HttpError, "ERR_HTTP_PROXY_URL", "never") {}

/** @throws ProxyUrlError */
export function checkProxyUrl(text: string): void {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text))
    throw new ProxyUrlError(
      "is not the URL of a proxy: it is written http://user:password@host:port, with /, ?, # and @ of a password percent-encoded",
    );
  if (/\s/.test(text)) throw new ProxyUrlError("holds a blank or a line break");
  for (const part of [url.username, url.password]) {
    try {
      decodeURIComponent(part);
    } catch {
      throw new ProxyUrlError("holds a % that does not begin an escape: write % itself as %25");
    }
  }
  if (!/^\/?$/.test(url.pathname) || url.search + url.hash !== "")
    throw new ProxyUrlError("holds more than user, password, host and port: leave out the path");
}
