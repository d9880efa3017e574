// The client: every operation by its types, records and changes as async iterators, and requests to Trackunit
// as `fetch` does them.

import createFetchClient, { type Client } from "openapi-fetch";
import { FleetkeeperError, type Problem } from "./errors.ts";
import { persistently } from "./persistently.ts";
import type { components, paths } from "./schema.ts";

/** Where the API is, and with which key it is asked. */
export interface ClientOptions {
  /** Of the API, such as `http://127.0.0.1:3003`. */
  url: string;
  /** `fk_…`, from `fleetkeeper api-keys create`. */
  key: string;
  /** Default: the platform's. */
  fetch?: (request: Request) => Promise<Response>;
}

type FleetRecord = components["schemas"]["Record"];
type Entry = components["schemas"]["Changes"] | components["schemas"]["Gap"];

/** Which records are read. */
export interface RecordsQuery {
  /** Absent: of all accounts that the key sees. */
  accountId?: string;
  app?: string;
  changedSince?: Date;
  deleted?: "include" | "only";
  fields?: string[];
  signal?: AbortSignal;
}

/** The API of one Fleetkeeper. It keeps nothing open: there is nothing to close. */
export interface FleetkeeperClient {
  /**
   * Every operation of the API, by method and path (https://openapi-ts.dev/openapi-fetch/); a refusal is in
   * `error`.
   */
  api: Client<paths>;
  /**
   * Records of a resource, such as `assets`. A page that fails for a reason that may pass is asked for again,
   * five times.
   * @throws FleetkeeperError
   */
  records(resource: string, query?: RecordsQuery): AsyncGenerator<FleetRecord>;
  /**
   * What changed, without end until the signal aborts: at least once, in order per record. An entry is
   * confirmed when the loop asks for one behind it. An entry of the type `gap` asks you to read the records
   * of that account and resource again.
   * @throws FleetkeeperError
   */
  changes(
    consumer: string,
    options?: { app?: string; signal?: AbortSignal; waitSeconds?: number },
  ): AsyncGenerator<Entry>;
  /**
   * A request to Trackunit's API on behalf of an account: `path` begins with `/`. The answer is Trackunit's,
   * with any status.
   * @throws FleetkeeperError where Fleetkeeper itself refuses it
   */
  trackunit(accountId: string, path: string, init?: RequestInit & { app?: string }): Promise<Response>;
}

/** Makes no request. */
export function createClient({
  url,
  key,
  fetch = (request) => globalThis.fetch(request),
}: ClientOptions): FleetkeeperClient {
  const baseUrl = url.replace(/\/+$/, "");
  const authorization = `Bearer ${key}`;
  const api = createFetchClient<paths>({ baseUrl, fetch, headers: { authorization } });

  return {
    api,

    async *records(resource, { accountId, signal, changedSince, ...rest } = {}) {
      for (let after: string | null | undefined; after !== null; ) {
        const query = {
          ...rest,
          limit: 500,
          ...(changedSince === undefined ? {} : { changedSince: changedSince.toISOString() }),
          ...(after === undefined ? {} : { after }),
        };
        const with_ = signal === undefined ? {} : { signal };
        const page = await persistently(signal, async () =>
          accountId === undefined
            ? pageOf(
                await api.GET("/v1/records/{resource}", { params: { path: { resource }, query }, ...with_ }),
              )
            : pageOf(
                await api.GET("/v1/accounts/{accountId}/records/{resource}", {
                  params: { path: { accountId, resource }, query },
                  ...with_,
                }),
              ),
        );
        yield* page.records;
        after = page.next;
      }
    },

    async *changes(consumer, { app, signal, waitSeconds = 30 } = {}) {
      for (let after: string | undefined; signal?.aborted !== true; ) {
        const query = {
          consumer,
          wait: waitSeconds,
          ...(app === undefined ? {} : { app }),
          ...(after === undefined ? {} : { after }),
        };
        const asked = { params: { query }, ...(signal === undefined ? {} : { signal }) };
        const page = await persistently(signal, async () =>
          bodyOf(await api.GET("/v1/changes", asked)),
        ).catch((error: unknown) => {
          if (signal?.aborted === true) return undefined;
          throw error;
        });
        if (page === undefined) return;
        yield* page.entries;
        after = page.next;
      }
    },

    async trackunit(accountId, path, { app, ...init } = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", authorization);
      if (app !== undefined) headers.set("x-fleetkeeper-app", app);
      const address = `${baseUrl}/v1/accounts/${encodeURIComponent(accountId)}/trackunit${path}`;
      const response = await fetch(new Request(address, { ...init, headers }));
      if (response.headers.get("x-fleetkeeper-from") === "trackunit") return response;
      throw new FleetkeeperError(response, await problemIn(response));
    },
  };
}

function bodyOf<Body>(answer: { data?: Body; error?: unknown; response: Response }): Body {
  if (answer.data !== undefined) return answer.data;
  throw new FleetkeeperError(answer.response, asProblem(answer.error));
}

/** JSON was asked for, and no lines of it. */
function pageOf<Body>(answer: { data?: Body; error?: unknown; response: Response }): Exclude<Body, string> {
  return bodyOf(answer) as Exclude<Body, string>;
}

async function problemIn(response: Response): Promise<Problem | undefined> {
  return asProblem(await response.json().catch(() => undefined));
}

function asProblem(body: unknown): Problem | undefined {
  const { code, detail } = (body ?? {}) as Partial<Problem>;
  return typeof code === "string" && typeof detail === "string" ? (body as Problem) : undefined;
}
