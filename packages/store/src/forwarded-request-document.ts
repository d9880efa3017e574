// The shape of the documents of the request log.

/** Collection `forwardedRequests`: what the publisher's own code asked of Trackunit through us. */
export interface ForwardedRequestDocument {
  /** `<installation id>/<time, ISO>-<random>`. */
  _id: string;
  at: Date;
  /** Id and name of the API key. */
  who: string;
  method: string;
  /** Below the API's base URL, at most 500 characters; of the query only the names. */
  path: string;
  /** Trackunit's; null where no answer came. */
  status: number | null;
  /** Of a request that was refused or failed on the way. */
  code: string | null;
  durationMs: number;
  sentBytes: number;
  receivedBytes: number;
  /** As in the log and in the answer's `x-request-id`. */
  requestId: string;
}
