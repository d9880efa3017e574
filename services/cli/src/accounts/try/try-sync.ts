// Page one of one sync, read as a run reads it and kept nowhere: whether the API allows it, and whether it is
// what we define.

import { lacksScope, type SyncDefinition, sift } from "@fleetkeeper/syncs";
import {
  ApiForbiddenError,
  ApiRateLimitedError,
  type GraphqlConnection,
  type Page,
  type TrackunitClient,
} from "@fleetkeeper/trackunit";

/** What came of one sync. */
export interface Trial {
  sync: string;
  /** `differs`: it came, and some of it does not fit. `waits`: a limit, and nothing was asked. */
  outcome: "fits" | "differs" | "forbidden" | "waits" | "failed";
  code: string | null;
  /** One or more sentences without a full stop; they hold no values of the account. */
  said: string[];
  items: number | null;
  fitting: number | null;
  isLast: boolean | null;
  /** Scopes that it may need, of which the token has none. */
  lacking: readonly string[];
  durationMs: number;
  /** What it asks by GraphQL, to be compared with the API's schema. */
  query: string | undefined;
}

const timeoutMs = 60_000;
/** A windowed sync is tried with the last day, or less where it looks back less. */
const longestWindowMs = 86_400_000;
const shownReasons = 5;

/** Never rejects but for its signal, or a fault of ours. */
export async function trySync(
  definition: SyncDefinition,
  options: { client: TrackunitClient; scopes: readonly string[]; signal: AbortSignal; now: () => Date },
): Promise<Trial> {
  const { client, scopes, now } = options;
  const startedAtMs = performance.now();
  const lacking = lacksScope(definition, scopes) ? definition.scopes : [];
  let query: string | undefined;
  const watched: TrackunitClient = {
    ...client,
    graphqlPages(connection: GraphqlConnection, page) {
      query = connection.query;
      return client.graphqlPages(connection, page);
    },
  };
  const nothing = { items: null, fitting: null, isLast: null };
  const of = () => ({
    sync: definition.name,
    lacking,
    query,
    durationMs: Math.round(performance.now() - startedAtMs),
  });
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const page = await firstPage(
      definition.pages(watched, {
        from: null,
        pageSize: definition.pageSize,
        signal,
        ...windowOf(definition, now()),
      }),
    );
    return { ...of(), ...judge(definition, page) };
  } catch (error) {
    options.signal.throwIfAborted();
    const { code = "ERR_UNEXPECTED", message } = error as { code?: string; message: string };
    const failed = { ...of(), ...nothing, code };
    if (error instanceof ApiForbiddenError)
      return { ...failed, outcome: "forbidden", said: [forbiddenBy(message, definition, lacking)] };
    if (!(error instanceof ApiRateLimitedError)) return { ...failed, outcome: "failed", said: [message] };
    const wait =
      error.retryAfterMs === undefined ? "" : `: again in ${Math.ceil(error.retryAfterMs / 1_000)} s`;
    return { ...failed, outcome: "waits", said: [`${message}${wait}; no request was sent`] };
  }
}

async function firstPage(pages: AsyncIterable<Page>): Promise<Page | undefined> {
  for await (const page of pages) return page;
  return undefined;
}

function windowOf({ window }: SyncDefinition, now: Date) {
  if (window === undefined) return {};
  return {
    window: { from: new Date(now.getTime() - Math.min(window.lookbackMs, longestWindowMs)), to: now },
  };
}

function forbiddenBy(message: string, { scopes }: SyncDefinition, lacking: readonly string[]): string {
  if (lacking.length > 0) return `${message}; the token has none of its scopes: ${lacking.join(", ")}`;
  return `${message}, although the token has ${scopes.length === 0 ? "all scopes that are known to be needed" : `a scope of ${scopes.join(", ")}`}: ask Trackunit what it needs`;
}

function judge(definition: SyncDefinition, page: Page | undefined) {
  if (page === undefined)
    return {
      outcome: "fits" as const,
      code: null,
      said: ["there is no page"],
      items: 0,
      fitting: 0,
      isLast: true,
    };
  const { records, setAside } = sift(definition, page);
  const items = records.length + setAside.length;
  const said = [
    ...reasonsOf(setAside.map(({ reasons }) => reasons)),
    ...(page.disturbed === undefined ? [] : [page.disturbed]),
    ...neverGiven(
      definition,
      records.map(({ data }) => data),
    ),
  ];
  return {
    outcome: setAside.length > 0 ? ("differs" as const) : ("fits" as const),
    code: null,
    said,
    items,
    fitting: records.length,
    isLast: page.nextCursor === null,
  };
}

/** Each reason with the number of items that it is about, the most frequent first. */
function reasonsOf(reasons: readonly string[][]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const more = sorted.length - shownReasons;
  return [
    ...sorted.slice(0, shownReasons).map(([reason, count]) => `${count} of the items do not fit: ${reason}`),
    ...(more > 0 ? [`and ${more} other reasons`] : []),
  ];
}

/**
 * Fields that we know and that no item has: perhaps the account has none, perhaps they are called otherwise
 * by now.
 */
function neverGiven({ item }: SyncDefinition, data: readonly unknown[]): string[] {
  const { shape } = item as { shape?: unknown };
  if (data.length === 0 || typeof shape !== "object" || shape === null) return [];
  const missing = Object.keys(shape).filter((field) =>
    data.every((one) => (one as Record<string, unknown> | null)?.[field] == null),
  );
  return missing.length === 0 ? [] : [`no item has ${missing.join(", ")}`];
}
