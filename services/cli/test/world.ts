// The world of the command line's integration tests: a worker's world, and the command line as a process in
// its environment.

import { onTestFinished } from "vitest";
import { createWorld } from "../../worker/test/create-world.ts";
import { app } from "../../worker/test/world.ts";
import { runCli } from "./run-cli.ts";

export { app };

export type World = Awaited<ReturnType<typeof createWorld>> & {
  env: Record<string, string> & { TRACKUNIT_JWKS_URL: string; TRACKUNIT_APP_IDS: string };
  /** In the environment of this world, with `extra` over it. */
  cli: (args: readonly string[], extra?: Record<string, string>) => ReturnType<typeof runCli>;
};

/** Its own database, Redis namespace, keys and simulator; without a worker until a test starts one. */
export async function setup(): Promise<World> {
  const world = await createWorld();
  onTestFinished(() => world.close());
  const env = {
    ...world.env,
    TRACKUNIT_JWKS_URL: world.simulator.jwksUrl,
    TRACKUNIT_APP_IDS: app,
    INGRESS_SIGNING_KEY: world.signingKey,
  };
  return { ...world, env, cli: (args, extra = {}) => runCli(args, { env: { ...env, ...extra } }) };
}
