// What cannot work is refused at the start, by the name of its variable, whichever process reads it.

import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOf } from "@fleetkeeper/runtime";
import { expect, test } from "vitest";
import { schema as apiSchema, readConfig as readApi } from "../../../services/api/src/config.ts";
import { schema as boardSchema, readConfig as readBoard } from "../../../services/board/src/config.ts";
import { readVariables, variables } from "../../../services/cli/src/configuration.ts";
import { schema as ingressSchema, readConfig as readIngress } from "../../../services/ingress/src/config.ts";
import { readConfig as readWorker, schema as workerSchema } from "../../../services/worker/src/config.ts";
import { badEverywhere, badValues, sound } from "./bad-values.ts";
import { root } from "./variables.ts";

type Env = Record<string, string>;

const readers = {
  ingress: { names: Object.keys(ingressSchema.shape), read: (env: Env, _name: string) => readIngress(env) },
  worker: { names: Object.keys(workerSchema.shape), read: (env: Env, _name: string) => readWorker(env) },
  board: { names: Object.keys(boardSchema.shape), read: (env: Env, _name: string) => readBoard(env) },
  api: { names: Object.keys(apiSchema.shape), read: (env: Env, _name: string) => readApi(env) },
  cli: {
    names: Object.keys(variables),
    read: (env: Env, name: string) => readVariables(env, name as keyof typeof variables),
  },
};
const each = Object.entries(readers).flatMap(([who, { names, read }]) =>
  names.map((name) => ({ who, name, read: (env: Env) => read({ ...sound, ...env }, name) })),
);
/** The others may have several lines, or may hold anything. */
const isOneLine = (name: string) =>
  !/PASSWORD|SECRET|SESSION_KEY|SEALING|TOKEN_KEY|WEBHOOK_KEY|INGRESS_(?:SIGNING|VERIFICATION)|CLIENT_(?:CERTIFICATE|KEY)/.test(
    name,
  );

test.each(each)(
  "$who: $name refuses what cannot work, says why and shows no value",
  ({ who, name, read }) => {
    const bad = [...(badValues[name] ?? []), ...(isOneLine(name) ? badEverywhere : [])];
    expect(bad.length).toBeGreaterThan(0);
    for (const [value, says] of bad) {
      // The command line reads one by one what others read together.
      if (who === "cli" && says === "beside it") continue;
      const faults = faultsOf(() => read({ [name]: value }));
      const own = faults.filter((fault) => fault.startsWith(`${name}: `));
      expect([value, own]).toEqual([value, [expect.stringContaining(says)]]);
      expect(faults.join()).not.toMatch(/geheim|heim@/);
      if (value.length > 12) expect(faults.join()).not.toContain(value);
    }
  },
);

test.each(each)("$who: blanks around $name change nothing, or are refused", ({ name, read }) => {
  const value = (sound as Env)[name] ?? someValues[name];
  if (value === undefined) return;
  const plain = read({ [name]: value });
  for (const padded of [` ${value}`, `${value} `, `\t${value}\r\n`, `\uFEFF${value}`]) {
    const env = { [name]: padded };
    const faults = faultsOf(() => read(env));
    if (faults.length === 0) expect(read(env)).toEqual(plain);
    else expect(faults).toEqual([expect.stringMatching(`^${name}: begins or ends with a blank`)]);
  }
});

const someValues: Env = {
  ...{
    REDIS_NAMESPACE: "fleet",
    LOG_LEVEL: "debug",
    OPS_PORT: "9000",
    OPS_HOST: "::1",
    MISSING_SHARE: "0.5",
  },
  ...{ TRACKUNIT_JWKS_URL: "https://a.test/jwks", TRACKUNIT_TOKEN_URL: "https://a.test/token" },
  ...{
    TRACKUNIT_API_URL: "https://a.test/api",
    TRACKUNIT_SCOPES: "a b",
    HTTPS_PROXY: "http://u:p@proxy.test:3128",
  },
  ...{
    CALLBACK_ISSUER: "https://a.test/",
    CALLBACK_AUDIENCE: "fleetkeeper",
    BOARD_TRUSTED_PROXIES: "10.0.0.0/8",
  },
  ...{
    BOARD_PUBLIC_URL: "https://b.test/fleet",
    BOARD_SESSION_KEY: "k".repeat(32),
    BOARD_SECURE_COOKIES: "true",
  },
  ...{ SYNC_MODULES: "./a.ts,b", SYNC_SLICE_MS: "5", BOARD_OIDC_ROLE_CLAIM: "groups", BOARD_HOST: "0.0.0.0" },
};

test.each(["TRACKUNIT_JWKS_URL", "TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"])(
  "a slash at the end of %s means nothing",
  (name) => {
    for (const { read } of each.filter((one) => one.name === name))
      expect(read({ [name]: "https://a.test/path//" })).toEqual(read({ [name]: "https://a.test/path" }));
  },
);

test("passwords with every special character pass where they are percent-encoded", () => {
  const password = encodeURIComponent("p@ss:w/o?r#d%&+ é");
  expect(readWorker({ ...sound, REDIS_URL: `redis://u:${password}@h` }).redisUrl).toContain(password);
  expect(readWorker({ ...sound, MONGODB_URL: `mongodb://u:${password}@h/a` }).mongodbUrl).toContain(password);
  expect(readWorker({ ...sound, HTTP_PROXY: `http://u:${password}@h` }).outbound.httpProxy).toContain(
    password,
  );
});

test("a value from a file is held to the same, and its fault names the file's variable", () => {
  const path = join(mkdtempSync(join(tmpdir(), "fleetkeeper-")), "value");
  writeFileSync(path, "redis://u:50%geheim@h\r\n");
  const { REDIS_URL: _, ...rest } = sound;
  expect(faultsOf(() => readIngress({ ...rest, REDIS_URL_FILE: path }))).toEqual([
    expect.stringMatching(/^REDIS_URL_FILE: holds a % /),
  ]);
  writeFileSync(path, "\n");
  expect(faultsOf(() => readIngress({ ...rest, REDIS_URL_FILE: path }))).toEqual([
    expect.stringMatching(/^REDIS_URL_FILE: the file is empty/),
  ]);
});

test("a proxy in small letters is named as it was written", () => {
  expect(faultsOf(() => readIngress({ ...sound, https_proxy: "proxy:3128" }))).toEqual([
    expect.stringMatching(/^https_proxy: is not the URL of a proxy/),
  ]);
});

test("a certificate needs its own key; authorities must be readable", () => {
  const name = "NODE_EXTRA_CA_CERTS";
  expect(faultsOf(() => readBoard({ ...sound, [name]: "/nowhere/ca.pem" }))).toEqual([
    expect.stringMatching(`^${name}: its file cannot be read \\(ENOENT\\)`),
  ]);
  expect(faultsOf(() => readBoard({ ...sound, [name]: join(root, "package.json") }))).toEqual([
    expect.stringMatching(`^${name}: its file holds no certificate`),
  ]);
});

test.each([
  ["services/ingress/src/main.ts", []],
  ["services/worker/src/main.ts", []],
  ["services/board/src/main.ts", []],
  ["services/api/src/main.ts", []],
  ["services/cli/src/main.ts", ["queues"]],
])(
  "%s ends with exit code 78, before it connects to anything",
  async (main, args) => {
    const env = { ...sound, PATH: process.env.PATH ?? "", REDIS_URL: "redis://user:50%geheim@127.0.0.1:1" };
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) =>
      execFile(
        process.execPath,
        [join(root, main), ...args],
        { env, timeout: 60_000 },
        (error, _stdout, said) => resolve({ code: error?.code, stderr: said }),
      ),
    );
    expect(stderr).toContain("REDIS_URL: holds a % that does not begin an escape");
    expect(stderr).not.toContain("geheim");
    expect(code).toBe(78);
  },
  60_000,
);
