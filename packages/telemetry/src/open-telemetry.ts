// Traces by OpenTelemetry's SDK, sent as OTLP over HTTP in JSON. Loaded only by `startTraces`.

import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { redact, redactText } from "./redaction.ts";
import type { Proxies, SpanFields, Traces } from "./traces.ts";

const closeTimeoutMs = 3_000;

/** `ratio`: the share of traces that are kept, 0 to 1. */
export function startOpenTelemetry(options: {
  service: string;
  endpoint: string;
  ratio: number;
  proxies: Proxies;
}): Traces {
  const { service, endpoint, ratio, proxies } = options;
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, "")}/v1/traces`,
    timeoutMillis: 5_000,
    httpAgentOptions: { keepAlive: true, proxyEnv: proxyEnv(proxies) },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": `fleetkeeper-${service}` }),
    sampler: new ParentBasedSampler({ root: onlyRoots(new TraceIdRatioBasedSampler(ratio)) }),
    spanLimits: { attributeValueLengthLimit: 500 },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const tracer = trace.getTracer("fleetkeeper");

  return {
    on: true,

    span(name, fields, run, how) {
      const kind = how?.root === true ? SpanKind.SERVER : SpanKind.INTERNAL;
      const attributes = redact(fields) as SpanFields;
      return tracer.startActiveSpan(name, { kind, attributes }, (span) => recorded(span, run));
    },

    traceId: () => trace.getActiveSpan()?.spanContext().traceId,

    position() {
      const carrier: { traceparent?: string } = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent;
    },

    resume(position, run) {
      return context.with(contextAt(position), run);
    },

    async close() {
      const timeout = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs).unref());
      await Promise.race([provider.shutdown(), timeout]);
    },
  };
}

/**
 * For Node.js's agents. What the process's own environment says is not looked at: a service has read it
 * already.
 */
function proxyEnv({ httpProxy = "", httpsProxy = httpProxy, noProxy = "" }: Proxies) {
  return { HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy, NO_PROXY: noProxy };
}

async function recorded<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    span.setAttribute("error.type", typeof code === "string" ? code : "ERR_UNEXPECTED");
    span.setStatus({ code: SpanStatusCode.ERROR, message: redactText(String(message)) });
    throw error;
  } finally {
    span.end();
  }
}

function contextAt(position: string | undefined): Context {
  return position === undefined
    ? context.active()
    : propagation.extract(context.active(), { traceparent: position });
}

/**
 * BullMQ's spans for its own housekeeping (looking for the next job, renewing locks) would each be a trace of
 * its own.
 */
function onlyRoots(sampler: Sampler): Sampler {
  const roots = [SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER];
  return {
    shouldSample: (...span) =>
      roots.includes(span[3]) ? sampler.shouldSample(...span) : { decision: SamplingDecision.NOT_RECORD },
    toString: () => `OnlyRoots(${sampler})`,
  };
}
