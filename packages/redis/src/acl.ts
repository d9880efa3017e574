// Who may do what in Redis: one user per service, as an ACL file
// (https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/). The keys are those of
// `keys.ts`. Needs Redis 7.0 or later, or Valkey.

import { createHash } from "node:crypto";

/** `operator` is the command line; `admin` is a person who looks after Redis itself. */
export const redisUsers = ["ingress", "worker", "board", "api", "operator", "admin"] as const;

/** A user of the ACL file: one of our services, or the operator. */
export type RedisUser = (typeof redisUsers)[number];

/**
 * What every service's commands are. Not among them: to list keys, to empty the server, to change its
 * settings, to see what others do. In a script, Redis checks each command and key of it.
 */
const commands = [
  ...["-@all", "+@connection", "+@read", "+@write", "+@transaction", "-@scripting"],
  ...["+eval", "+evalsha", "+script|load", "+script|exists"],
  ...["+time", "+command", "+cluster|slots", "+cluster|shards", "+cluster|info", "+cluster|nodes"],
  ...["-@admin", "-@dangerous", "-scan", "-randomkey", "+info"],
];

/** Workers name their connections, and who looks at a queue counts them. */
const seesWorkers = ["+client|list"];

const ofQueues = (namespace: string, ...queues: string[]) =>
  queues.map((queue) => `~{${namespace}-${queue}}:*`);
const everyQueue = ["install", "forget", "prewarm", "dispatch", "sync", "webhook", "notify"];

const rights: Record<RedisUser, (namespace: string) => string[]> = {
  // Adds to `install` and `webhook` and to nothing else, and remembers which body a token had; reads which
  // endpoints there are.
  ingress: (namespace) => [
    ...ofQueues(namespace, "install", "webhook"),
    `%R~{${namespace}-webhook-endpoints}:*`,
    `~{${namespace}-webhook-refusals}:*`,
    `~{${namespace}-*}:callback-token`,
    `%W~{${namespace}-callback-inbox}:*`,
    `~{${namespace}-facts}:stats:*`,
    ...commands,
  ],
  worker: (namespace) => [`~{${namespace}-*`, ...commands, ...seesWorkers],
  // Sees and steers the queues; no token and no lock; how far limits are used only to be shown.
  board: (namespace) => [
    ...ofQueues(namespace, ...everyQueue, "board"),
    `%R~{${namespace}-*}:limit:*`,
    `%R~{${namespace}-webhook-refusals}:*`,
    `%R~{${namespace}-callback-inbox}:*`,
    `%R~{${namespace}-facts}:*`,
    ...commands,
    ...seesWorkers,
  ],
  // Reads what a worker keeps warm, and notes that it did; asks for what is missing by a job, and adds to no
  // other queue. Counts what it sends to Trackunit.
  api: (namespace) => [
    `~{${namespace}-*}:limit:*`,
    ...ofQueues(namespace, "prewarm", "api"),
    `%R~{${namespace}-*}:token:*`,
    `%W~{${namespace}-*}:token-read`,
    `%R~{${namespace}-facts}:*`,
    ...commands,
  ],
  // `accounts try` asks Trackunit as a sync does: within the limits, with a token that is warm.
  operator: (namespace) => [
    ...ofQueues(namespace, ...everyQueue),
    `~{${namespace}-*}:limit:*`,
    `%R~{${namespace}-*}:token:*`,
    `%R~{${namespace}-webhook-refusals}:*`,
    `%R~{${namespace}-*}:callback-token`,
    `%R~{${namespace}-callback-inbox}:*`,
    `%R~{${namespace}-facts}:*`,
    ...commands,
    ...seesWorkers,
    "+config|get",
  ],
  admin: () => ["~*", "&*", "+@all"],
};

/**
 * The content of an ACL file for Redis (`aclfile`). Passwords are in it as hashes. Anyone who gives no
 * password may send a PING, for health checks, and nothing else.
 */
export function redisAcl(namespace: string, passwords: Record<RedisUser, string>): string {
  const users = redisUsers.map((user) => {
    const hash = createHash("sha256").update(passwords[user]).digest("hex");
    return `user ${user} on #${hash} ${rights[user](namespace).join(" ")}`;
  });
  return `${["user default on nopass -@all +ping", ...users].join("\n")}\n`;
}
