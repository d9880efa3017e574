import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type InstallationId, installationIdOf, syncIdOf } from "@fleetkeeper/model";
import type { FaultSpec, SimulatedAccount } from "@fleetkeeper/simulator";
import { expect, inject, test, vi } from "vitest";
import { runSystem } from "./running-system.ts";

/**
 * Page, command line and metric must say the true reason within 10 s; shared test machines get a little more.
 */
const soon = { timeout: 20_000, interval: 250 };
const cli = fileURLToPath(new URL("../../../services/cli/src/main.ts", import.meta.url));
const run = promisify(execFile);

type System = Awaited<ReturnType<typeof runSystem>>;

/** What an operator can look at. */
function createViews(system: System) {
  const authorization = `Basic ${Buffer.from(`${system.boardUser}:${system.boardPassword}`).toString("base64")}`;
  const page = async (path: string) => {
    const answer = await fetch(`${system.boardUrl}${path}`, {
      headers: { authorization, accept: "text/html" },
    });
    return (await answer.text()).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  };
  const metrics = async () => {
    const urls = [...system.opsUrls.map((url) => `${url}/metrics`), `${system.boardUrl}/metrics`];
    const texts = urls.map((url) =>
      fetch(url, { headers: { authorization } })
        .then((answer) => answer.text())
        .catch(() => ""),
    );
    return (await Promise.all(texts)).join("\n");
  };
  const command = async (...args: string[]) => {
    const env = {
      PATH: process.env.PATH,
      REDIS_URL: inject("redisUrl"),
      REDIS_NAMESPACE: system.namespace,
      MONGODB_URL: new URL(`/${system.namespace}`, inject("mongodbUrl")).href,
      TRACKUNIT_JWKS_URL: system.simulator.jwksUrl,
      NO_COLOR: "1",
    };
    // `doctor` ends with a code of its own when it finds something: what it says is what counts here.
    const { stdout } = await run(process.execPath, [cli, ...args], { env }).catch(
      (error) => error as { stdout: string },
    );
    return stdout.replace(/\s+/g, " ");
  };
  return { page, metrics, command };
}

async function installed(system: System, account: SimulatedAccount): Promise<InstallationId> {
  const id = installationIdOf(system.simulator.settings.app, account.accountId);
  await system.simulator.install(account.accountId);
  await vi.waitFor(
    async () => {
      const syncs = await system.store.syncs.ofInstallation(id);
      expect(syncs.length).toBeGreaterThan(0);
      expect(syncs.every(({ lastSuccessAt }) => lastSuccessAt !== null)).toBe(true);
    },
    { timeout: 60_000, interval: 250 },
  );
  return id;
}

test("for each of eight faults, the page, the command line and a metric give the right reason", {
  timeout: 400_000,
}, async () => {
  const system = await runSystem();
  const { simulator, store } = system;
  const { page, metrics, command } = createViews(system);

  /** Makes a fault of an account's own, runs a sync into it and looks at everything. */
  async function look(
    fault: FaultSpec & { operation: string },
    sync: string,
    says: { words: RegExp; metric: RegExp },
  ): Promise<void> {
    const account = simulator.addAccount({ assets: 30 });
    const id = await installed(system, account);
    simulator.faults.add({ ...fault, accountId: account.accountId });
    await store.syncs.runNow(syncIdOf(id, sync), new Date());
    await seen(fault.kind, says, {
      page: () => page(`/accounts/${encodeURIComponent(id)}`),
      command: () => command("accounts", "show", id),
    });
    simulator.faults.clear();
  }

  async function seen(
    fault: string,
    { words, metric }: { words: RegExp; metric: RegExp },
    views: { page: () => Promise<string>; command: () => Promise<string> },
  ): Promise<void> {
    await vi.waitFor(async () => expect(await views.page(), `${fault}: page`).toMatch(words), soon);
    await vi.waitFor(
      async () => expect(await views.command(), `${fault}: command line`).toMatch(words),
      soon,
    );
    await vi.waitFor(async () => expect(await metrics(), `${fault}: metric`).toMatch(metric), soon);
  }

  const run = (sync: string, code: string) =>
    new RegExp(
      `fleetkeeper_sync_runs_total\\{(?=[^}]*sync="${sync}")(?=[^}]*result="${code}")[^}]*\\} [1-9]`,
    );

  await look({ kind: "graphql-rate-limit", operation: "graphql.assets", resetInMs: 120_000 }, "assets", {
    words: /limit of graphql is reached/,
    metric: run("assets", "ERR_API_RATE_LIMITED"),
  });
  await look({ kind: "forbidden", operation: "graphql.sites" }, "sites", {
    words: /ERR_API_FORBIDDEN.*the scope site.view is granted/,
    metric: run("sites", "ERR_API_FORBIDDEN"),
  });
  await look({ kind: "status", status: 503, operation: "graphql" }, "customers", {
    words: /ERR_API_UNAVAILABLE/,
    metric: run("customers", "ERR_API_UNAVAILABLE"),
  });
  await look({ kind: "bad-record", operation: "graphql.assets" }, "assets", {
    words: /set aside/i,
    metric: /fleetkeeper_records_total\{(?=[^}]*change="rejected")[^}]*\} [1-9]/,
  });
  await look({ kind: "delay", delayMs: 15_000, operation: "graphql.assets" }, "assets", {
    words: /running.*0 pages and 0 records read so far/,
    metric: /fleetkeeper_syncs_running\{[^}]*\} [1-9]/,
  });

  const revoked = simulator.addAccount({ assets: 3 });
  const id = await installed(system, revoked);
  revoked.revoke();
  await command("accounts", "refresh", id);
  await seen(
    "revoked account",
    {
      words: /Trackunit refuses the account/,
      metric: /fleetkeeper_token_requests_total\{(?=[^}]*result="ERR_TOKEN_INVALID_CLIENT")[^}]*\} [1-9]/,
    },
    {
      page: () => page(`/accounts/${encodeURIComponent(id)}`),
      command: () => command("accounts", "show", id),
    },
  );

  simulator.faults.add({ kind: "status", status: 503, operation: "jwks" });
  await simulator.rotateKeys({ keepOld: false });
  expect((await simulator.install(revoked.accountId)).status).toBe(503);
  await seen(
    "key set down",
    {
      words: /ERR_KEY_SET_UNAVAILABLE|key endpoint answered with status 503/,
      metric: /fleetkeeper_callbacks_total\{(?=[^}]*result="ERR_KEY_SET_UNAVAILABLE")[^}]*\} [1-9]/,
    },
    { page: () => page("/"), command: () => command("doctor") },
  );
  simulator.faults.clear();

  await system.services.worker.stop();
  await seen(
    "worker stopped",
    {
      words: /No worker|tick should have run/,
      metric: /fleetkeeper_dispatch_tick_overdue_seconds\{[^}]*\} (?:[5-9]|[1-9]\d)/,
    },
    { page: () => page("/"), command: () => command("doctor") },
  );
});
