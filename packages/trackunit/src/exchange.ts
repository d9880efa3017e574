// A request to the API and what comes back, as the parts of this package hand them on.

import type { GraphqlAnswer } from "./graphql-answer.ts";

/** One request, before it has a token. */
export interface ApiRequest {
  /** Which limit it counts towards, for instance `graphql`. */
  family: string;
  /** What that limit counts apart, for instance a page of an AEMP fleet. */
  part?: string;
  /** Default GET. */
  method?: "GET" | "POST";
  /** Below the API's base URL, beginning with `/`. */
  path: string;
  /** Added to the path, encoded. */
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /**
   * Whether it changes nothing there, so that it may be sent again when its connection turns out to have
   * been closed. Default: true for GET and for a GraphQL query, false otherwise.
   */
  readOnly?: boolean;
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * A request's answer, read: its JSON (undefined when it was empty), and what it says as GraphQL where it is
 * that.
 */
export interface ReadAnswer {
  json: unknown;
  graphql?: GraphqlAnswer;
}

/** @throws ApiError */
export type Ask = (request: ApiRequest, signal: AbortSignal) => Promise<ReadAnswer>;

/** Gives the answer's JSON; undefined for one without a body. @throws ApiError */
export type Send = (request: ApiRequest, signal: AbortSignal) => Promise<unknown>;
