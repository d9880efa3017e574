// What a service asks of its traces; while they are off a span is a plain call.

/** Short names and numbers, as a log may show them: no secret. */
export type SpanFields = Record<string, string | number>;

/** The same whether traces are on or off. */
export interface Traces {
  on: boolean;
  /**
   * Runs `run` in a span; an error ends it as failed, with its `code`. A trace begins with a `root`; another
   * span outside of a trace is not recorded.
   */
  span<T>(name: string, fields: SpanFields, run: () => Promise<T>, how?: { root: boolean }): Promise<T>;
  /** Of the running span, for the log. */
  traceId(): string | undefined;
  /**
   * The running span as a `traceparent` (W3C Trace Context), to continue elsewhere; undefined outside of a
   * trace.
   */
  position(): string | undefined;
  /** Runs `run` as a part of the span that `position` names; of the running one where that is undefined. */
  resume<T>(position: string | undefined, run: () => Promise<T>): Promise<T>;
  /** Sends what has not been sent yet, within a bound. */
  close(): Promise<void>;
}

/** Traces that are off. */
export const noTraces: Traces = {
  on: false,
  span: (_name, _fields, run) => run(),
  traceId: () => undefined,
  position: () => undefined,
  resume: (_position, run) => run(),
  close: async () => undefined,
};

/** URLs of the proxies for requests by `http:` and by `https:`, and hosts that are reached without one. */
export interface Proxies {
  httpProxy?: string | undefined;
  httpsProxy?: string | undefined;
  noProxy?: string | undefined;
}
