// What a REDIS_URL says: one server, a Sentinel group or a cluster. The forms with several hosts are those
// that other clients and tools have settled on; RFC 3986 knows only one host, so the list is taken apart
// here.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";
import { type RedisTls, readTlsFiles, tlsFileNames } from "./tls-files.ts";

/** A server's host name or address, without the brackets of IPv6, and its port. */
export interface RedisHost {
  host: string;
  port: number;
}

/** Undefined: none is sent. */
export interface RedisLogin {
  username: string | undefined;
  password: string | undefined;
}

/** Where Redis is, and how to log in. */
export type RedisAddress = RedisLogin & { tls: RedisTls | false } & (
    | { kind: "single"; at: RedisHost; database: number }
    | { kind: "sentinel"; sentinels: RedisHost[]; group: string; database: number; sentinelLogin: RedisLogin }
    | { kind: "cluster"; nodes: RedisHost[] }
  );

/** The text is not an address of Redis. The message says what is wrong with it and holds no part of it. */
export class RedisUrlError extends defineError(FleetkeeperError, "ERR_REDIS_URL", "never") {}

const sentinelNames = ["sentinel_username", "sentinel_password"];

const schemes = {
  "redis:": { kind: "single", tls: false, port: 6379 },
  "rediss:": { kind: "single", tls: true, port: 6379 },
  "redis+sentinel:": { kind: "sentinel", tls: false, port: 26379 },
  "rediss+sentinel:": { kind: "sentinel", tls: true, port: 26379 },
  "redis+cluster:": { kind: "cluster", tls: false, port: 6379 },
  "rediss+cluster:": { kind: "cluster", tls: true, port: 6379 },
} as const;

/**
 * - `redis://user:password@host:6379/0`
 * - `redis+sentinel://user:password@host:26379,host:26379/group/0?sentinel_username=…&sentinel_password=…`
 * - `redis+cluster://user:password@host:6379,host:6379`
 *
 * `rediss` in place of `redis`: over TLS, to the Sentinels too; then the query may also name `tlsCAFile`,
 * authorities in place of the usual ones, and `tlsCertificateKeyFile`, a certificate of ours and its key, as
 * a MONGODB_URL does. User, password and group are percent-encoded.
 * @throws RedisUrlError
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [, scheme = "", rest = ""] = /^([a-z+]+:)\/\/(.*)$/is.exec(text) ?? [];
  const known = schemes[scheme.toLowerCase() as keyof typeof schemes];
  if (known === undefined)
    throw new RedisUrlError(
      "is not a URL that starts with redis:// or rediss://, for a Sentinel group redis+sentinel://, for a cluster redis+cluster://",
    );
  if (/\s/.test(rest)) throw new RedisUrlError("holds a blank or a line break");
  if (rest.includes("#")) throw new RedisUrlError("holds a #, which has to be written as %23");
  const [beforeQuery = "", query = ""] = cutAt(rest, rest.indexOf("?"));
  const slash = beforeQuery.indexOf("/", Math.max(0, beforeQuery.lastIndexOf("@")));
  const [authority = "", path = ""] = cutAt(beforeQuery, slash);
  const at = authority.lastIndexOf("@");
  const hosts = authority.slice(at + 1).split(",");
  const parts = path === "" ? [] : path.split("/");
  const options = optionsOf(query, [
    ...(known.kind === "sentinel" ? sentinelNames : []),
    ...(known.tls ? tlsFileNames : []),
  ]);
  const tls = known.tls && readTlsFiles(options, (message, cause) => new RedisUrlError(message, { cause }));
  const base = { ...loginOf(at === -1 ? "" : authority.slice(0, at)), tls };
  const all = hosts.map((host) => hostOf(host, known.port));

  switch (known.kind) {
    case "single": {
      const [first] = all;
      if (first === undefined || all.length > 1)
        throw new RedisUrlError("names several hosts: start it with redis+sentinel:// or redis+cluster://");
      return { ...base, kind: "single", at: first, database: databaseOf(parts) };
    }
    case "sentinel": {
      const [group = "", ...database] = parts;
      if (group === "")
        throw new RedisUrlError("names no Sentinel group: write it after the hosts, as in /mymaster");
      return {
        ...base,
        kind: "sentinel",
        sentinels: all,
        group: decoded(group),
        database: databaseOf(database),
        sentinelLogin: { username: options.sentinel_username, password: options.sentinel_password },
      };
    }
    case "cluster":
      if (databaseOf(parts) !== 0) throw new RedisUrlError("names a database: a cluster has database 0 only");
      return { ...base, kind: "cluster", nodes: all };
  }
}

function cutAt(text: string, index: number): [string, string] {
  return index === -1 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function loginOf(userInfo: string): RedisLogin {
  const [username, password] = cutAt(userInfo, userInfo.indexOf(":")).map(decoded);
  if (username && !password) throw new RedisUrlError("names a user without a password");
  return { username: username || undefined, password: password || undefined };
}

function optionsOf(query: string, known: readonly string[]): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [name, value] of query.split("&").map((pair) => cutAt(pair, pair.indexOf("=")))) {
    if (name === "") continue;
    if (known.length === 0) throw new RedisUrlError("holds a query: it takes none");
    if (!known.includes(name))
      throw new RedisUrlError(`holds a query with something other than ${known.join(" and ")}`);
    options[name] = decoded(value);
  }
  return options;
}

function hostOf(text: string, defaultPort: number): RedisHost {
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@%]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined) throw new RedisUrlError("has a host that is not host:port");
  const number = port === undefined ? defaultPort : Number(port);
  if (number < 1 || number > 65_535) throw new RedisUrlError("has a port that is not between 1 and 65535");
  return { host, port: number };
}

function databaseOf(parts: string[]): number {
  const [number = ""] = parts;
  if (parts.length > 1 || !/^\d{0,5}$/.test(number))
    throw new RedisUrlError("has a path that is not a database number");
  return Number(number);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError("holds a % that does not begin an escape: write % itself as %25");
  }
}
