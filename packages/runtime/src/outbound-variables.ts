// What services that send requests to the outside read alike: proxies, certificates to show, and what every
// process has.

import type { ConnectionsOptions } from "@fleetkeeper/http";
import { z } from "zod";
import { certificateOf, certificatePairs } from "./certificates.ts";
import type { Values } from "./environment.ts";
import { pickVariables, type sharedVariables } from "./variables.ts";

const outboundVariables = pickVariables(
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "TRACKUNIT_CLIENT_CERTIFICATE",
  "TRACKUNIT_CLIENT_KEY",
  "PROXY_CLIENT_CERTIFICATE",
  "PROXY_CLIENT_KEY",
);

/** The beginnings of the variables that name a certificate and its key. */
const outboundPairs = ["TRACKUNIT_CLIENT", "PROXY_CLIENT"] as const;

/** For a program that only sends requests. */
export const outboundSchema = z.object(outboundVariables).superRefine(certificatePairs(...outboundPairs));

/**
 * The schema of a service that has Redis and sends requests to Trackunit: `own`, and what all of these read.
 */
export function schemaWithOutbound<Shape extends z.ZodRawShape>(own: Shape) {
  const shape = {
    ...pickVariables("REDIS_URL", "REDIS_NAMESPACE"),
    ...outboundVariables,
    ...own,
    ...pickVariables("OPS_HOST", "OPS_PORT", "LOG_LEVEL"),
  };
  return z.object(shape).superRefine(certificatePairs(...outboundPairs));
}

type Outbound = Values<typeof outboundVariables>;
type Common = Outbound & Values<Pick<typeof sharedVariables, "REDIS_URL" | "REDIS_NAMESPACE" | OpsName>>;
type OpsName = "OPS_HOST" | "OPS_PORT" | "LOG_LEVEL";
type TracesName = "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_TRACES_SAMPLER_ARG";

/** What `schemaWithOutbound` adds, as services name it. */
export function commonOptionsOf(values: Common) {
  const { redisUrl, redisNamespace: namespace, opsHost, opsPort, logLevel } = values;
  return { redisUrl, namespace, opsHost, opsPort, logLevel, outbound: outboundOptionsOf(values) };
}

/** For `startTraces`, of a service that picks both variables of OpenTelemetry. */
export function tracesOptionsOf(values: Outbound & Values<Pick<typeof sharedVariables, TracesName>>) {
  const { otelExporterOtlpEndpoint: endpoint, otelTracesSamplerArg: ratio } = values;
  return { endpoint, ratio, proxies: outboundOptionsOf(values) };
}

/** These variables as the options of the package `http`. */
export function outboundOptionsOf(values: Outbound): ConnectionsOptions {
  return {
    httpProxy: values.httpProxy,
    httpsProxy: values.httpsProxy,
    noProxy: values.noProxy,
    clientCertificate: certificateOf(values.trackunitClientCertificate, values.trackunitClientKey),
    proxyCertificate: certificateOf(values.proxyClientCertificate, values.proxyClientKey),
  };
}
