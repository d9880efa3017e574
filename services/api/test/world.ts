// The world of the API's tests: a worker's world, an API in this process, and keys to it.

import type { ApiRight } from "@fleetkeeper/model";
import { createApiKeyActions } from "@fleetkeeper/operator";
import { findKeys } from "@fleetkeeper/redis";
import { createLog } from "@fleetkeeper/telemetry";
import { expect, onTestFinished, vi } from "vitest";
import { createWorld } from "../../worker/test/create-world.ts";
import type { WorldOptions } from "../../worker/test/world.ts";
import { type ApiOptions, startApi } from "../src/api.ts";
import { readConfig } from "../src/config.ts";

export { app } from "../../worker/test/world.ts";

/** For what a worker has to do first. */
export const patient = { timeout: 40_000, interval: 50 };

/** What a test says of it by what it expects. */
type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON. */
  json: () => Json;
}

export async function setup(env: Record<string, string> = {}, options: WorldOptions = {}) {
  const world = await createWorld(options);
  onTestFinished(() => world.close(), 60_000);
  const { store } = world;
  const lines: string[] = [];
  const keys = createApiKeyActions({ store, now: () => new Date() });
  const api = await startOne();

  return {
    ...world,
    ...api,
    /** What all APIs of this world have logged. */
    lines,
    keys,
    /** Another API on the same servers. */
    startOne,
    /** An account that has installed the app, with a token; a worker runs. */
    async installedAccount(options: Parameters<typeof world.simulator.addAccount>[0] = { assets: 3 }) {
      const account = world.simulator.addAccount(options);
      await world.install(account);
      await vi.waitFor(async () => {
        const found = await store.installations.find(world.installationIdOf(account));
        expect(found?.lastToken?.outcome).toBe("granted");
      }, patient);
      return account;
    },
    /** Takes every account's token and failure from Redis. */
    async loseTokens() {
      for (const key of await findKeys(world.redis, `*${world.namespace}*:token:*`))
        await world.redis.del(key);
    },
    /** A key with these rights. */
    async makeKey(rights: ApiRight[], irisAppId: string | null = null) {
      return keys.create("test", { name: "test", rights, irisAppId });
    },
  };

  async function startOne(how: ApiOptions = {}) {
    const config = readConfig({ ...world.env, API_PORT: "0", OPS_PORT: "0", ...env });
    const log = createLog({
      service: "api",
      level: "debug",
      destination: { write: (line: string) => void lines.push(line) },
    });
    const closers: (() => Promise<unknown> | unknown)[] = [];
    const { url, opsUrl } = await startApi(config, log, (_what, close) => closers.push(close), how);
    const stop = async () => {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    };
    onTestFinished(stop, 60_000);

    async function ask(key: string | undefined, path: string, init: RequestInit = {}): Promise<Answer> {
      const headers = new Headers(init.headers);
      if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
      const answer = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(40_000) });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
    }
    return { url, opsUrl, stop, ask };
  }
}
