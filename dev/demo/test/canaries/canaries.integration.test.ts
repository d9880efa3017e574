// A canary in each secret of the configuration, and each client's errors provoked on real processes: nothing
// of it can be read in a log, a metric, a page, an answer, the command line's output, a job or a document.

import { startRedis } from "@fleetkeeper/local-stack";
import { installationIdOf } from "@fleetkeeper/model";
import { expect, onTestFinished, test, vi } from "vitest";
import { visit } from "../../../../services/board/test/visitor.ts";
import { runCli } from "../../../../services/cli/test/run-cli.ts";
import { dumpMongodb, dumpRedis } from "../running-system.ts";
import { createCanarySystem, patient, type Service, services } from "./canary-system.ts";
import { spellingsOf } from "./canary-values.ts";

/** What was read, by where. */
type Readings = Record<string, string>;

test("with any failure, no canary can be read anywhere", { timeout: 300_000 }, async () => {
  const system = await createCanarySystem();
  const { simulator, adversary, store, env, urlOf } = system;
  const readings: Readings = {};
  const read = async (what: string, url: string, init?: RequestInit) => {
    const answer = await fetch(url, { redirect: "manual", ...init });
    readings[`${what} ${url.replace(/^http:..[^/]*/, "")}`] =
      `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
    return answer;
  };
  const cli = async (args: string[], extra: Record<string, string> = {}) => {
    const { stdout, stderr } = await runCli(args, { env: { ...env, ...extra } });
    readings[`cli ${args.join(" ")} ${Object.keys(extra)}`] = stdout + stderr;
    return stdout + stderr;
  };
  const running = Object.fromEntries(services.map((name) => [name, system.run(name)])) as Record<
    Service,
    ReturnType<typeof system.run>
  >;
  const everywhere = (line: RegExp) => Promise.all(services.map((name) => running[name].seen(line)));
  const account = () => simulator.addAccount({ assets: 3 });
  const install = async ({ accountId }: { accountId: string }, how = {}) =>
    simulator.install(accountId, { callbackUrl: `${urlOf("ingress")}/appinstall`, ...how });
  const idOf = ({ accountId }: { accountId: string }) => installationIdOf(simulator.settings.app, accountId);

  await everywhere(/"msg":"(?:service started|listening|API listens)"/);
  const [first, second, third] = [account(), account(), account()];
  expect((await install(first)).status).toBe(202);
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(idOf(first));
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.every(({ lastRun }) => lastRun?.outcome === "succeeded")).toBe(true);
  }, patient);

  // The token endpoint, the API and the collector of traces quote each request that they refuse.
  adversary.refusing.set("/apptoken", 400).set("/otlp", 400);
  await install(second);
  await running.worker.seen(/ERR_TOKEN_REJECTED/);
  adversary.refusing.delete("/apptoken");
  adversary.refusing.set("/api/", 500).set("/public/", 500);
  await install(third);
  await running.worker.seen(/ERR_API_UNAVAILABLE/);
  await vi.waitFor(() => expect(adversary.refused).toContainEqual(expect.stringMatching(/otlp/)), patient);
  // The proxy refuses; then nothing of the key set's comes through either.
  adversary.refusing.clear();
  adversary.refusing.set("/", 407);
  await install(account(), { kid: "not-published" });
  await running.ingress.seen(/key set not fetched/);
  await cli(["doctor", "--json"]);
  // The provider of OpenID Connect quotes the board's secret.
  adversary.refusing.clear();
  adversary.refusing.set("/oidc/token", 401);
  const begun = await read("board", `${urlOf("board")}/login/oidc`);
  const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state");
  const cookie = begun.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const back = `/login/oidc/callback?code=a&state=${state}`;
  await read("board", urlOf("board") + back, { headers: { cookie, accept: "text/html" } });
  await running.board.seen(/login refused/);

  const operator = await visit(urlOf("board"), { name: "operator", password: env.BOARD_PASSWORD ?? "" });
  for (const { accountId } of [first, second, third])
    readings[`account ${accountId}`] = await operator.page(
      `/accounts/${encodeURIComponent(idOf({ accountId }))}`,
    );
  for (const page of ["/", "/accounts", "/queues/api/queues"]) readings[page] = await operator.page(page);
  for (const args of [
    ["accounts", "list"],
    ["accounts", "show", third.accountId],
    ["doctor"],
    ["keys", "list"],
  ])
    await cli([...args, "--json"]);
  for (const ops of ["ingressOps", "workerOps", "apiOps"])
    for (const path of ["metrics", "readyz", "healthz/deep"]) await read(ops, `${urlOf(ops)}/${path}`);
  await read("board", `${urlOf("board")}/metrics`);

  // Redis has another password from now on.
  await system.setRedisPassword("another-password");
  await everywhere(/WRONGPASS/);
  const body = JSON.stringify({ clientSecret: first.clientSecret });
  await read("ingress", `${urlOf("ingress")}/appinstall`, { method: "POST", body });
  await read("api", `${urlOf("api")}/v1/accounts`, { headers: { authorization: "Bearer fk_0" } });
  readings["page without Redis"] = await operator.page("/");
  for (const ops of ["ingressOps", "workerOps", "apiOps"]) await read(ops, `${urlOf(ops)}/readyz?again`);
  expect(await cli(["queues", "--json"])).toContain("ERR_REDIS_UNREACHABLE");
  await system.setRedisPassword();

  // Each that starts now has a server that it cannot use, or values that it cannot read.
  const {
    MONGODB_URL: withCanary = "",
    REDIS_URL: redisUrl = "",
    TRACKUNIT_JWKS_URL: keySetUrl = "",
  } = system.canaries;
  const quoting = await startRedis({
    own: true,
    args: ["HELLO", "AUTH"].flatMap((name) => ["--rename-command", name, ""]),
  });
  onTestFinished(() => quoting.close());
  const starts: [Service, Record<string, string>, RegExp][] = [
    ["worker", { MONGODB_URL: withCanary }, /MongoServerError/],
    [
      "board",
      { MONGODB_URL: withCanary.replace(/@[^/]+/, "@127.0.0.1:1").concat("?serverSelectionTimeoutMS=1000") },
      /ECONNREFUSED/,
    ],
    [
      "api",
      { MONGODB_URL: `${withCanary}?tls=true&serverSelectionTimeoutMS=1000` },
      /MongoServerSelectionError/,
    ],
    ["worker", { REDIS_URL: redisUrl.replace("redis:", "rediss:") }, /redis connection failed/],
    [
      "ingress",
      { TRACKUNIT_JWKS_URL: keySetUrl.replace("http:", "https:"), NO_PROXY: "*" },
      /key set not fetched/,
    ],
    // Redis quotes the arguments of a command that it does not know.
    ["board", { REDIS_URL: redisUrl.replace(/@.+$/, `@${new URL(quoting.url).host}`) }, /unknown command/],
    [
      "ingress",
      Object.fromEntries(
        Object.entries(system.canaries).map(([variable, value]) => [variable, `${value} x`]),
      ),
      /REDIS_URL: holds a blank/,
    ],
  ];
  const startOne = async ([name, extra, line]: (typeof starts)[number], index: number) => {
    const started = system.run(name, { OPS_PORT: "0", [`${name.toUpperCase()}_PORT`]: "0", ...extra });
    await started.seen(line);
    await started.stop();
    readings[`start ${index} of ${name}`] = await started.log();
  };
  await Promise.all(starts.map(startOne));
  expect(await cli(["accounts", "list", "--json"], { MONGODB_URL: withCanary })).toContain(
    "ERR_MONGODB_UNREACHABLE",
  );

  for (const name of services) readings[`log of ${name}`] = await running[name].log();
  readings.redis = await dumpRedis(system.redis, system.namespace);
  readings.mongodb = await dumpMongodb(system.db);
  expect(foundIn(readings, system.secrets())).toEqual([]);
});

function foundIn(readings: Readings, secrets: readonly { name: string; secret: string }[]): string[] {
  return Object.entries(readings).flatMap(([where, text]) =>
    secrets
      .filter(({ secret }) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
      .map(({ name }) => `${name} in ${where}`),
  );
}
