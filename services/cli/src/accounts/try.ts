// `accounts try`: reads page one of each sync of an account and says whether the API allows it and gives what
// we define.

import { createConnections } from "@fleetkeeper/http";
import { readEnvironment, variable } from "@fleetkeeper/runtime";
import { createCacheSealing } from "@fleetkeeper/sealing";
import { builtInSyncs, loadSyncs, type SyncDefinition } from "@fleetkeeper/syncs";
import { createTokenCache } from "@fleetkeeper/tokens";
import { createCircuitBreaker, createRedisLimiter, createTrackunit } from "@fleetkeeper/trackunit";
import type { Command } from "commander";
import { z } from "zod";
import { accountArgument, addCommand } from "../add-command.ts";
import { readOutbound, readVariables } from "../configuration.ts";
import { NothingFoundError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { findAccount } from "../find-account.ts";
import { type Invocation, invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { askToken } from "./try/ask-token.ts";
import { type Introspection, introspect } from "./try/introspect.ts";
import { type Trial, trySync } from "./try/try-sync.ts";

interface Options {
  sync?: string[];
}

export function addAccountsTry(accounts: Command): void {
  addCommand(accounts, "try", {
    arguments: accountArgument,
    summary: "Read page one of each sync of an account, and report what does not fit; nothing is stored",
    details:
      "It uses the account's own token, within the limits that it shares with the syncs: one request per\nresource is counted, and a resource whose limit is reached is left out.",
    examples: ["accounts try 6b5cb246", "accounts try 6b5cb246 --sync assets sites --json"],
  })
    .option("--sync <names...>", "only these")
    .action(invoke<Options, [string]>(tryAccount));
}

/** What the command does. @throws what `findAccount` and `askToken` throw */
export async function tryAccount(
  invocation: Invocation,
  { sync: only }: Options,
  account: string,
): Promise<ExitCode> {
  const { output, reach, signal, now } = invocation;
  const definitions = await definitionsOf(invocation, only);
  const installation = await findAccount(await reach.store(), account);
  const { client, scopes, close } = await connect(invocation, installation);
  try {
    const progress = output.progress("asking Trackunit", definitions.length);
    const trials: Trial[] = [];
    for (const definition of definitions) {
      trials.push(await trySync(definition, { client, scopes, signal, now }));
      progress.advance(1);
    }
    const queries = trials.flatMap(({ sync, query }) => (query === undefined ? [] : [{ sync, query }]));
    const schema = queries.length === 0 ? undefined : await introspect(client, queries, signal);
    progress.end();
    const shown = trials.map(({ query: _, ...trial }) => trial);
    output.result({ account: installation._id, scopes, trials: shown, schema: schema ?? null }, () =>
      words(trials, schema, output.paint),
    );
    return exitCodeOf(trials, schema);
  } finally {
    await close();
  }
}

async function definitionsOf(
  { env }: Invocation,
  only: readonly string[] | undefined,
): Promise<SyncDefinition[]> {
  const schema = z.object({ SYNC_MODULES: variable.list(/,/).default([]) });
  const all = [...builtInSyncs, ...(await loadSyncs(readEnvironment(schema, env).syncModules))];
  const unknown = only?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new NothingFoundError(`there is no sync ${unknown}`, {
      advice: `There are: ${all.map(({ name }) => name).join(", ")}.`,
    });
  return all.filter(({ name }) => only === undefined || only.includes(name));
}

/** As a worker is connected, but for the credential: nothing is opened here but the token. */
async function connect(
  { env, reach, signal, now }: Invocation,
  installation: Awaited<ReturnType<typeof findAccount>>,
) {
  const values = readVariables(
    env,
    "REDIS_NAMESPACE",
    "TRACKUNIT_TOKEN_URL",
    "TRACKUNIT_API_URL",
    "TRACKUNIT_SCOPES",
    "TOKEN_KEY",
  );
  const { redisNamespace: namespace } = values;
  const redis = await reach.redis();
  const cache = createTokenCache({
    redis,
    namespace,
    tokenUrl: values.trackunitTokenUrl,
    scopes: values.trackunitScopes,
    sealing: await createCacheSealing(values.tokenKey),
  });
  const token = await askToken(installation, { cache, queues: await reach.queues(), signal, now });
  const connections = createConnections(readOutbound(env));
  const trackunit = createTrackunit({
    apiUrl: values.trackunitApiUrl,
    dispatcher: connections.dispatcher,
    limiter: createRedisLimiter({ redis, namespace }),
    breaker: createCircuitBreaker(),
    // A token that is refused is the workers' to replace: it is said as it is.
    getAccessToken: async () => token.accessToken,
  });
  return { client: trackunit(installation._id), scopes: token.scopes, close: () => connections.close() };
}

const moods = {
  fits: "good",
  differs: "bad",
  forbidden: "bad",
  waits: "wait",
  failed: "bad",
  "not shown": "quiet",
} as const;

function words(trials: readonly Trial[], schema: Introspection | undefined, paint: Paint): string {
  const rows = trials.map(({ sync, outcome, items, fitting, isLast, lacking, durationMs }) => [
    sync,
    paint(moods[outcome], outcome),
    items === null ? "none" : `${fitting} of ${items} fit${isLast ? ", the last page" : ""}`,
    lacking.length > 0 ? "none is granted" : "granted",
    `${durationMs} ms`,
  ]);
  const said = trials.flatMap(({ sync, code, said: sentences }) =>
    sentences.map((sentence) => `${sync}: ${code === null ? "" : `${code}: `}${sentence}`),
  );
  return [
    table(["sync", "answer", "items", "scope", "took"], rows, paint),
    ...said.map((line) => `- ${line}`),
    ...schemaInWords(schema, paint),
  ].join("\n");
}

function schemaInWords(schema: Introspection | undefined, paint: Paint): string[] {
  if (schema === undefined) return [];
  if (schema.outcome === "not shown")
    return [
      `GraphQL schema: ${paint("quiet", `not shown by the API${schema.code === null ? "" : ` (${schema.code})`}`)}`,
    ];
  return [
    `GraphQL schema: ${paint(moods[schema.outcome], schema.outcome)}`,
    ...schema.said.map(({ sync, message }) => `- ${sync}: ${message}`),
  ];
}

function exitCodeOf(trials: readonly Trial[], schema: Introspection | undefined): ExitCode {
  const isBad = trials.some(({ outcome }) => ["differs", "forbidden", "failed"].includes(outcome));
  return isBad || schema?.outcome === "differs" ? exitCodes.problemFound : exitCodes.ok;
}
