// What the ingress saw of callbacks, for operators: written by the ingress, which has no database, into two
// short lists in Redis. Each entry is signed: an attacker who can only write to Redis cannot forge one
// from which an operator would take an issuer.

import { accountIdOf, type InstallationId, type SealedText } from "@fleetkeeper/model";
import { type RedisClient, redisKeys } from "@fleetkeeper/redis";

/** One callback. No signature, no secret and no body is in clear. */
export interface SeenCallback {
  /** The request's id, as in the ingress's log. */
  id: string;
  /** ISO 8601. */
  at: string;
  outcome: "accepted" | "unrecognised" | "refused";
  /** Of the answer. */
  status: number;
  /** Of a refusal. */
  code?: string;
  /** Of a refusal, more closely. */
  reason?: string;
  /** The sender's, as far as proxies are known. */
  address: string;
  /** The header `Trackunit-Identity` and the body; null where the request did not say. */
  bytes: { identity: number; body: number | null };
  /** As they were sent, verified or not; long texts are cut. */
  token?: { header: Record<string, unknown>; claims: Record<string, unknown> };
  /** Absent where there was no readable body. */
  body?: { type: string; irisAppId: string; accountId: string; fields: string[] };
  installationId?: InstallationId;
  /** The job of what was taken. */
  jobId?: string;
  /**
   * What came, for a replay: JSON `{identity, body}`, for the purpose `callback`. Of refused ones with a
   * readable body.
   */
  sealed?: SealedText;
}

/**
 * `ingress`: signed by one. `unchecked`: there was no key to check with. `foreign`: not by an ingress whose
 * key is known, or changed.
 */
export type Origin = "ingress" | "unchecked" | "foreign";

/** One callback, and whether an ingress of ours says so. */
export type InboxEntry = SeenCallback & { origin: Origin };

/** Of those taken, and of those refused. */
const keptOfEach = 200;
const keptMs = 30 * 86_400_000;
/** Entries of an ingress are shorter; longer ones are forged. */
const maxEntry = 100_000;

/** Adds it before the others; the oldest go. */
export async function noteCallback(
  redis: RedisClient,
  namespace: string,
  sign: (content: object) => Promise<string>,
  seen: SeenCallback,
): Promise<void> {
  const key = keyOf(namespace, seen.outcome === "refused" ? "refused" : "taken");
  const entry = JSON.stringify({ ...seen, signature: await sign(seen) });
  await redis
    .pipeline()
    .lpush(key, entry)
    .ltrim(key, 0, keptOfEach - 1)
    .pexpire(key, keptMs)
    .exec();
}

/** The newest first. `verify`: throws for what no ingress signed; absent: nothing is checked. */
export async function readCallbackInbox(
  redis: RedisClient,
  namespace: string,
  verify?: (content: object, signature: unknown) => Promise<void>,
): Promise<InboxEntry[]> {
  const lists = await Promise.all(
    (["taken", "refused"] as const).map((list) => redis.lrange(keyOf(namespace, list), 0, keptOfEach - 1)),
  );
  const entries = await Promise.all(lists.flat().map((text) => entryOf(text, verify)));
  return entries.filter((entry) => entry !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** Removes every entry that names the account, when it is forgotten. */
export async function forgetSeenCallbacks(
  redis: RedisClient,
  namespace: string,
  installationId: InstallationId,
): Promise<void> {
  const names = [installationId, accountIdOf(installationId) ?? installationId];
  const words = names.map((name) => name.toLowerCase());
  for (const list of ["taken", "refused"] as const) {
    const key = keyOf(namespace, list);
    for (const text of await redis.lrange(key, 0, -1))
      if (words.some((word) => text.toLowerCase().includes(word))) await redis.lrem(key, 0, text);
  }
}

function keyOf(namespace: string, list: "taken" | "refused"): string {
  return redisKeys(namespace).callbackInbox(list);
}

async function entryOf(
  text: string,
  verify: ((content: object, signature: unknown) => Promise<void>) | undefined,
): Promise<InboxEntry | undefined> {
  try {
    if (text.length > maxEntry) return undefined;
    const { signature, ...seen } = JSON.parse(text) as SeenCallback & { signature?: unknown };
    if (!isSeen(seen)) return undefined;
    if (verify === undefined) return { ...seen, origin: "unchecked" };
    const isOurs = await verify(seen, signature).then(
      () => true,
      () => false,
    );
    return { ...seen, origin: isOurs ? "ingress" : "foreign" };
  } catch {
    return undefined;
  }
}

/** Of the right shape, not yet known to be genuine. */
function isSeen(entry: SeenCallback): boolean {
  const { id, at, outcome, status, address, bytes, token, body } = entry;
  const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  return (
    [id, address].every((value) => typeof value === "string") &&
    !Number.isNaN(Date.parse(at)) &&
    ["accepted", "unrecognised", "refused"].includes(outcome) &&
    Number.isInteger(status) &&
    isObject(bytes) &&
    (token === undefined || (isObject(token.header) && isObject(token.claims))) &&
    (body === undefined || (isObject(body) && Array.isArray(body.fields)))
  );
}
