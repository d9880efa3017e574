// Redis: whether what it takes stays, through a crash and when memory runs short.

import { evictionPolicyOf, mastersOf, persistenceOf, type RedisServer } from "@fleetkeeper/redis";
import { readVariables } from "../../configuration.ts";
import { clockSample } from "../clock-sample.ts";
import { type Examine, type Examiner, type Finding, ok, problem, warning } from "../finding.ts";
import { topologyOf } from "./redis-topology.ts";

const oldest = 7;
const megabyte = 1_048_576;

export const examineRedis: Examine = async (examiner) => {
  const redis = await examiner.reach.redis();
  const { redisUrl: url } = readVariables(examiner.env, "REDIS_URL");
  const servers = await Promise.all(mastersOf(redis).map((one) => examineServer(one, examiner)));
  const topology = await topologyOf(
    redis,
    url,
    servers.map(({ replicas }) => replicas),
  );
  return [...topology, ...withoutRepetitions(servers)];
};

interface Server {
  /** `host:port` */
  at: string;
  replicas: number;
  findings: Finding[];
}

async function examineServer(redis: RedisServer, { clocks, now }: Examiner): Promise<Server> {
  const askedAt = now();
  const [seconds, microseconds] = await redis.time();
  const serverTime = new Date(Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000));
  clocks.push(clockSample({ of: "Redis", serverTime, precisionMs: 0, askedAt, answeredAt: now() }));
  const info = infoOf(await redis.info());
  return {
    at: `${redis.options.host}:${redis.options.port}`,
    replicas: Number(info.get("connected_slaves") ?? 0),
    findings: [versionOf(info), ...(await persistence(redis, info)), await eviction(redis), memoryOf(info)],
  };
}

/** Of several servers, what all say alike is said once; the rest with the server that says it. */
function withoutRepetitions(servers: readonly Server[]): Finding[] {
  const [first, ...others] = servers;
  if (first === undefined || others.length === 0) return first?.findings ?? [];
  const isSame = (one: Finding) => (other: Finding) => one.code === other.code && one.says === other.says;
  const isCommon = (finding: Finding) => servers.every(({ findings }) => findings.some(isSame(finding)));
  return [
    ...first.findings.filter(isCommon),
    ...servers.flatMap(({ at, findings }) =>
      findings
        .filter((finding) => !isCommon(finding))
        .map((finding) => ({ ...finding, says: `${at}: ${finding.says}` })),
    ),
  ];
}

function infoOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^(\w+):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

function versionOf(info: ReadonlyMap<string, string>): Finding {
  const version = info.get("redis_version") ?? "0";
  const name = info.has("valkey_version") ? `Valkey ${info.get("valkey_version")}` : `Redis ${version}`;
  return Number.parseInt(version, 10) >= oldest
    ? ok("REDIS_VERSION", name)
    : problem(
        "REDIS_TOO_OLD",
        `${name} lacks commands that the ingress needs`,
        "Use Redis 7.2 or later, or Valkey.",
      );
}

async function persistence(redis: RedisServer, info: ReadonlyMap<string, string>): Promise<Finding[]> {
  const findings: Finding[] = [];
  const kind = await persistenceOf(redis);
  if (kind === "none")
    findings.push(
      problem(
        "REDIS_NOT_APPEND_ONLY",
        "Redis keeps no append-only file: a crash loses callbacks that were answered with 202",
        "Set `appendonly yes`.",
      ),
    );
  else if (kind === "confirmed")
    findings.push(ok("REDIS_PERSISTENCE", "append-only, and a 202 waits until it is on disk (WAITAOF)"));
  else if (await writesAtOnce(redis))
    findings.push(ok("REDIS_PERSISTENCE", "append-only, on disk at every write"));
  else
    findings.push(
      warning(
        "REDIS_NO_WAITAOF",
        "append-only, but without WAITAOF: a crash of the machine can lose the callbacks of the last second",
        "Use Redis 7.2 or later, or set `appendfsync always`.",
      ),
    );
  for (const name of ["aof_last_write_status", "aof_last_bgrewrite_status"])
    if ((info.get(name) ?? "ok") !== "ok")
      findings.push(
        problem(
          "REDIS_CANNOT_WRITE",
          `Redis reports ${name}: ${info.get(name)}`,
          "Check its log and its disk.",
        ),
      );
  return findings;
}

async function writesAtOnce(redis: RedisServer): Promise<boolean> {
  try {
    const [, value] = (await redis.call("CONFIG", "GET", "appendfsync")) as string[];
    return value === "always";
  } catch {
    return false;
  }
}

async function eviction(redis: RedisServer): Promise<Finding> {
  const policy = await evictionPolicyOf(redis);
  if (policy === undefined)
    return warning(
      "REDIS_EVICTION_UNKNOWN",
      "Redis does not report its maxmemory-policy",
      "Make sure that it is noeviction.",
    );
  return policy === "noeviction"
    ? ok("REDIS_EVICTION", "maxmemory-policy noeviction")
    : problem(
        "REDIS_EVICTS",
        `maxmemory-policy is ${policy}: when memory runs short, accepted callbacks are lost`,
        "Set `maxmemory-policy noeviction`.",
      );
}

function memoryOf(info: ReadonlyMap<string, string>): Finding {
  const used = Number(info.get("used_memory") ?? 0);
  const most = Number(info.get("maxmemory") ?? 0);
  const said = `${Math.round(used / megabyte)} MB of memory used${most > 0 ? ` of ${Math.round(most / megabyte)}` : ""}`;
  if (most === 0 || used < 0.8 * most) return ok("REDIS_MEMORY", said);
  return (used < 0.95 * most ? warning : problem)(
    "REDIS_MEMORY_SHORT",
    `${said}: soon Redis cannot accept more callbacks`,
    "Give it more memory, and find out what fills it: `fleetkeeper queues`.",
  );
}
