import { expect, test } from "vitest";
import { parseRedisUrl } from "../src/index.ts";

const nobody = { username: undefined, password: undefined };

test.each([
  ["redis://a", { kind: "single", tls: false, ...nobody, at: { host: "a", port: 6379 }, database: 0 }],
  ["rediss://a:7000/3", { kind: "single", tls: {}, ...nobody, at: { host: "a", port: 7000 }, database: 3 }],
  ["redis://a/", { kind: "single", tls: false, ...nobody, at: { host: "a", port: 6379 }, database: 0 }],
  [
    "redis://[::1]:7000",
    { kind: "single", tls: false, ...nobody, at: { host: "::1", port: 7000 }, database: 0 },
  ],
])("one server: %s", (text, address) => {
  expect(parseRedisUrl(text)).toEqual(address);
});

test("a Sentinel group has a login for its servers and another for the Sentinels", () => {
  const text =
    "rediss+sentinel://app:s%3Acret@a,b:26380,[::1]/my%2Fmaster/2?sentinel_username=watch&sentinel_password=p%26w";
  expect(parseRedisUrl(text)).toEqual({
    kind: "sentinel",
    tls: {},
    username: "app",
    password: "s:cret",
    sentinels: [
      { host: "a", port: 26379 },
      { host: "b", port: 26380 },
      { host: "::1", port: 26379 },
    ],
    group: "my/master",
    database: 2,
    sentinelLogin: { username: "watch", password: "p&w" },
  });
});

test("a cluster is found through any of its nodes", () => {
  expect(parseRedisUrl("redis+cluster://:pw@a:7001,b:7002,c/0")).toEqual({
    kind: "cluster",
    tls: false,
    username: undefined,
    password: "pw",
    nodes: [
      { host: "a", port: 7001 },
      { host: "b", port: 7002 },
      { host: "c", port: 6379 },
    ],
  });
});

test("every character that a password may have survives its escape", () => {
  const password = "@:/?#[]%& +,;=ü€\"'\\";
  expect(parseRedisUrl(`redis://user:${encodeURIComponent(password)}@a`)).toMatchObject({ password });
  // A password as people paste it: what ends no part of the URL may stay as it is.
  expect(parseRedisUrl("redis://:p@ss/w:rd@a:7000/1")).toMatchObject({ password: "p@ss/w:rd", database: 1 });
});

test.each([
  ["http://a", "is not a URL that starts with redis://"],
  ["redis//a", "is not a URL that starts with redis://"],
  ["redis://", "has a host that is not host:port"],
  ["redis://a,b", "redis+sentinel:// or redis+cluster://"],
  ["redis://a:99999", "port that is not between 1 and 65535"],
  ["redis://a:port", "has a host that is not host:port"],
  ["redis://a/x", "not a database number"],
  ["redis://a/1/2", "not a database number"],
  ["redis://a?family=6", "takes none"],
  ["redis://a?tlsCAFile=/ca.pem", "takes none"],
  ["rediss://a?family=6", "other than tlsCAFile and tlsCertificateKeyFile"],
  ["rediss://a?tlsCAFile=/nowhere/ca.pem", "a tlsCAFile that cannot be read (ENOENT)"],
  ["rediss://a?tlsCertificateKeyFile=package.json", "TLS files that cannot be used"],
  ["redis://:50%@a", "write % itself as %25"],
  ["redis://user@a", "names a user without a password"],
  ["redis://:a#b@host", "written as %23"],
  ["redis://a ", "holds a blank"],
  ["redis+sentinel://a,b", "names no Sentinel group"],
  ["redis+sentinel://a/mymaster?timeout=5", "other than sentinel_username and sentinel_password"],
  ["redis+cluster://a,b/1", "a cluster has database 0 only"],
  ["redis+cluster://a,,b", "has a host that is not host:port"],
])("%s: %s", (text, message) => {
  expect(() => parseRedisUrl(text)).toThrow(message);
});

test("the error names what is wrong without repeating the value", () => {
  for (const text of ["redis://:canary%@a", "redis://canary@a", "redis://:canary@a:canary", "canary"])
    expect(() => parseRedisUrl(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("canary"), code: "ERR_REDIS_URL" }),
    );
});
