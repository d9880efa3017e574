// Whether the API's GraphQL schema, where it shows it, still has what our queries ask for.
// Source: GraphQL specification, "Introspection".

import { ApiError, type TrackunitClient } from "@fleetkeeper/trackunit";

/** What came of it. */
export interface Introspection {
  outcome: "fits" | "differs" | "not shown";
  /** Of what was asked and not shown. */
  code: string | null;
  /** By sync, what its query asks for that the schema does not have. */
  said: { sync: string; message: string }[];
}

const timeoutMs = 60_000;

/** Never rejects but for its signal. `queries`: by sync. */
export async function introspect(
  client: TrackunitClient,
  queries: readonly { sync: string; query: string }[],
  signal: AbortSignal,
): Promise<Introspection> {
  const { buildClientSchema, getIntrospectionQuery, parse, validate } = await import("graphql");
  try {
    const query = getIntrospectionQuery({ descriptions: false });
    const request = {
      family: "graphql",
      method: "POST",
      path: "/api/graphql/",
      readOnly: true,
      body: { query },
    } as const;
    const answer = await client.send(request, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    const data = (answer as { data?: { __schema?: unknown } | null } | undefined)?.data;
    if (data?.__schema === undefined) return { outcome: "not shown", code: null, said: [] };
    const schema = buildClientSchema(data as unknown as Parameters<typeof buildClientSchema>[0]);
    const said = queries.flatMap(({ sync, query: ours }) =>
      validate(schema, parse(ours)).map(({ message }) => ({ sync, message })),
    );
    return { outcome: said.length === 0 ? "fits" : "differs", code: null, said };
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof ApiError ? error.code : null;
    return { outcome: "not shown", code, said: [] };
  }
}
