// What must hold after each run. Each function returns what does not, in words.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { SimulatedAccount, TrueResource } from "@fleetkeeper/simulator";
import type { FeedEntry, SyncDocument } from "@fleetkeeper/store";
import { builtInSyncs } from "@fleetkeeper/syncs";
import type { Entry } from "./ledger.ts";
import { idOf } from "./wishes.ts";
import type { World } from "./world.ts";

interface StoredRecord {
  _id: string;
  externalId: string;
  data: unknown;
  deletedAt: Date | null;
  fencingToken: number;
}

/**
 * A failure that the store takes when the simulator answers with nonsense is not a fault; an
 * uncaught one is.
 */
const uncaught = '"uncaught error"';

export async function brokenInvariants(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const entry of world.ledger.entries) {
    if (entry.wish === "forgotten") found.push(...(await leftOvers(world, entry)));
    else
      for (const sync of await world.store.syncs.ofInstallation(idOf(world, entry)))
        found.push(...(await ofSync(world, entry, sync)));
  }
  found.push(...(await failedInstalls(world)), ...(await secretsFound(world)), ...(await crashes(world)));
  return found;
}

/** The account's records that are not deleted, by external id, as JSON gives them. */
export async function storedRecords(
  world: Pick<World, "db" | "simulator">,
  account: SimulatedAccount,
  resource: TrueResource,
): Promise<Map<string, unknown>> {
  const records = await recordsOf(world, { account }, resource);
  return new Map(
    records
      .filter(({ deletedAt }) => deletedAt === null)
      .map(({ externalId, data }) => [externalId, JSON.parse(JSON.stringify(data))]),
  );
}

function recordsOf(
  world: Pick<World, "db" | "simulator">,
  entry: Pick<Entry, "account">,
  resource: string,
): Promise<StoredRecord[]> {
  const id = idOf(world, entry as Entry);
  const range = { $gte: `${id}/`, $lt: `${id}0` };
  return world.db.collection<StoredRecord>(resource).find({ _id: range }).toArray();
}

/**
 * No record twice or of a future run; the feed gives exactly the records, in the order of the runs, and
 * deletes none that was there.
 */
async function ofSync(world: World, entry: Entry, sync: SyncDocument): Promise<string[]> {
  const resource = builtInSyncs.find(({ name }) => name === sync.sync)?.resource ?? sync.sync;
  const records = await recordsOf(world, entry, resource);
  const found: string[] = [];
  const ids = new Set(records.map(({ externalId }) => externalId));
  if (ids.size !== records.length)
    found.push(`${sync._id}: ${records.length - ids.size} records are there twice`);
  const future = records.filter(({ fencingToken }) => fencingToken > sync.fencingToken);
  if (future.length > 0) found.push(`${sync._id}: ${future.length} records are of a run that never was`);

  const followed = await follow(world, entry, sync);
  found.push(...followed.found.map((line) => `${sync._id}: ${line}`));
  // What a run that failed announced and did not write is taken back by the next one, which a limit may keep
  // waiting.
  if (followed.hasGap || sync.feedOpen !== null) return found;
  const live = records.filter(({ deletedAt }) => deletedAt === null);
  const wrong = live.filter(
    ({ externalId, data }) => !isDeepStrictEqual(plain(followed.records.get(externalId)), plain(data)),
  );
  if (wrong.length > 0 || followed.records.size !== live.length)
    found.push(
      `${sync._id}: the feed gives ${followed.records.size} records and ${live.length} are there, ${wrong.length} differ`,
    );
  return found;
}

async function follow(world: World, entry: Entry, sync: SyncDocument) {
  const records = new Map<string, unknown>();
  const lastKinds = new Map<string, string>();
  const found: string[] = [];
  let hasGap = false;
  let lastToken = 0;
  for await (const one of world.store.feed.unread("chaos", sync)) {
    if ("gap" in one) {
      hasGap = true;
      if (!entry.wasForgotten) found.push("the feed has a gap");
      continue;
    }
    const token = Number(one.position.split("-")[0]);
    if (token < lastToken) found.push(`an entry of run ${token} comes after one of run ${lastToken}`);
    lastToken = token;
    apply(one);
  }
  return { records, found, hasGap };

  function apply({ changes }: FeedEntry): void {
    for (const { externalId, kind, data } of changes) {
      // What was announced as new and then not written is taken back.
      const wasThere = lastKinds.get(externalId) === "updated";
      if (kind === "deleted" && wasThere && !entry.deleted.has(bareIdOf(externalId)))
        found.push(`${externalId} was deleted and was there all the time`);
      lastKinds.set(externalId, kind);
      if (kind === "deleted") records.delete(externalId);
      else records.set(externalId, data);
    }
  }
}

/** GraphQL writes `___Asset___<id>` where REST writes `<id>`. */
const bareIdOf = (externalId: string): string => externalId.split("___").at(-1) ?? externalId;

const plain = (data: unknown): unknown => (data === undefined ? undefined : JSON.parse(JSON.stringify(data)));

/** Records may be left for the second deletion, half an hour later; nothing else may. */
async function leftOvers(world: World, entry: Entry): Promise<string[]> {
  const id = idOf(world, entry);
  const installation = await world.store.installations.find(id);
  const syncs = await world.store.syncs.ofInstallation(id);
  return installation === null && syncs.length === 0 ? [] : [`${id} was forgotten and is there`];
}

async function failedInstalls({ redis }: World): Promise<string[]> {
  const found: string[] = [];
  for (const queue of ["install", "forget"]) {
    const failed = Number(await redis.call("ZCARD", `{chaos-${queue}}:${queue}:failed`));
    if (failed > 0) found.push(`${failed} jobs of ${queue} failed for good`);
  }
  return found;
}

/** In every file that services and servers have written, and in every document. */
async function secretsFound({ dataDir, db, ledger, secrets, simulator }: World): Promise<string[]> {
  const canaries = [
    ...ledger.secrets,
    ...simulator.accessTokens(),
    secrets.boardPassword,
    ...[secrets.sealingPrivateKeys, secrets.tokenKey, secrets.ingressSigningKey].flatMap(privateParts),
  ];
  const found: string[] = [];
  const look = (where: string, text: string) => {
    for (const canary of canaries) if (text.includes(canary)) found.push(`a secret is in ${where}`);
  };
  for (const folder of ["logs", "redis", "mongodb"])
    for (const file of await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true }))
      if (file.isFile()) {
        const path = join(file.parentPath, file.name);
        look(path.slice(dataDir.length + 1), await readFile(path, "latin1").catch(() => ""));
      }
  for (const { name } of await db.listCollections().toArray())
    for await (const document of db.collection(name).find())
      look(`the collection ${name}`, JSON.stringify(document));
  return [...new Set(found)];
}

/** `d` of a private key and `k` of a symmetric one, wherever they stand. */
function privateParts(keys: string): string[] {
  return [...keys.matchAll(/"(?:d|k)":"([^"]{16,})"/g)].map(([, part]) => part as string);
}

async function crashes({ logDir, processes }: World): Promise<string[]> {
  const found: string[] = [];
  for (const file of await readdir(logDir))
    if ((await readFile(join(logDir, file), "utf8")).includes(uncaught))
      found.push(`${file}: an error was not caught`);
  for (const { name, unasked } of processes)
    for (const how of unasked) if (how !== "1") found.push(`${name} ended with ${how}`);
  return found;
}
