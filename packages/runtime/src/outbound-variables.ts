// Variables of how a service sends requests to the outside: proxies, and the certificates that it shows.

import type { ConnectionsOptions } from "@fleetkeeper/http";
import { certificateOf } from "./certificates.ts";
import type { Values } from "./environment.ts";
import { pickVariables } from "./variables.ts";

/** For the schema of each service that sends requests to Trackunit; `certificatePairs(...outboundPairs)` checks the pairs. */
export const outboundVariables = pickVariables(
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "TRACKUNIT_CLIENT_CERTIFICATE",
  "TRACKUNIT_CLIENT_KEY",
  "PROXY_CLIENT_CERTIFICATE",
  "PROXY_CLIENT_KEY",
);

/** The beginnings of the variables that name a certificate and its key. */
export const outboundPairs = ["TRACKUNIT_CLIENT", "PROXY_CLIENT"] as const;

/** These variables as the options of the package `http`. */
export function outboundOptionsOf(values: Values<typeof outboundVariables>): ConnectionsOptions {
  return {
    httpProxy: values.httpProxy,
    httpsProxy: values.httpsProxy,
    noProxy: values.noProxy,
    clientCertificate: certificateOf(values.trackunitClientCertificate, values.trackunitClientKey),
    proxyCertificate: certificateOf(values.proxyClientCertificate, values.proxyClientKey),
  };
}
