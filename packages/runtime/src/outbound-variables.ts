// Variables of how a service reaches the outside: proxies, and the certificates that it shows.

import { createSecureContext } from "node:tls";
import { z } from "zod";
import { ConfigurationError, variable } from "./environment.ts";

const pem = (label: string) =>
  z.string().regex(new RegExp(`-----BEGIN [A-Z ]*${label}-----`), { error: `holds no ${label} in PEM` });

/** For the schema of each service that sends requests to Trackunit. */
export const outboundVariables = {
  HTTP_PROXY: variable.url("http:", "https:").optional(),
  HTTPS_PROXY: variable.url("http:", "https:").optional(),
  NO_PROXY: z.string().optional(),
  TRACKUNIT_CLIENT_CERTIFICATE: pem("CERTIFICATE").optional(),
  TRACKUNIT_CLIENT_KEY: pem("PRIVATE KEY").optional(),
  PROXY_CLIENT_CERTIFICATE: pem("CERTIFICATE").optional(),
  PROXY_CLIENT_KEY: pem("PRIVATE KEY").optional(),
};

type Values = z.output<z.ZodObject<typeof outboundVariables>>;

/**
 * These variables as the options of the package `http`.
 * @throws ConfigurationError when a certificate and its key do not belong together.
 */
export function outboundOptionsOf(values: Values) {
  return {
    httpProxy: values.HTTP_PROXY,
    httpsProxy: values.HTTPS_PROXY,
    noProxy: values.NO_PROXY,
    clientCertificate: certificateOf(values, "TRACKUNIT_CLIENT"),
    proxyCertificate: certificateOf(values, "PROXY_CLIENT"),
  };
}

function certificateOf(values: Values, prefix: "TRACKUNIT_CLIENT" | "PROXY_CLIENT") {
  const { [`${prefix}_CERTIFICATE` as const]: certificate, [`${prefix}_KEY` as const]: key } = values;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined) throw new ConfigurationError([`${prefix}_CERTIFICATE: is not set`]);
  if (key === undefined) throw new ConfigurationError([`${prefix}_KEY: is not set`]);
  try {
    createSecureContext({ cert: certificate, key });
  } catch {
    throw new ConfigurationError([`${prefix}_KEY: is not the key of ${prefix}_CERTIFICATE`]);
  }
  return { certificate, key };
}
