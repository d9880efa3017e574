// `pnpm start`: everything on this machine, runs one install end to end; stays up, or ends automatically with
// `--once`.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { walkThroughApi } from "./demo-api.ts";
import { type DemoReceiver, startDemoReceiver } from "./demo-receiver.ts";
import { walkThroughInstall } from "./first-install.ts";
import { addWebhookEndpoint, walkThroughWebhook } from "./first-webhook.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type InstallableSystem, startSystem } from "./system.ts";

const { values } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    "data-dir": { type: "string", default: ".data" },
    /** As root, nothing is installed into the system. */
    "no-install": { type: "boolean", default: false },
  },
});

export async function run(): Promise<void> {
  if (values["no-install"]) process.env.LOCAL_INSTALL = "no";
  if (existsSync(".env")) process.loadEnvFile(".env");

  const progress = createProgress(values.once ? process.stderr : process.stdout);
  const closers: (() => Promise<unknown>)[] = [];
  const ended = new Promise<"signal">((end) => {
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.on(signal, () => {
        if (closing) progress.step("still stopping: running work ends first");
        end("signal");
      });
    }
    // Ending `pnpm` alone is meant for all of it, and it passes no signal on.
    const parent = process.ppid;
    const look = () => process.ppid !== parent && end("signal");
    if (process.env.npm_lifecycle_event === "start") setInterval(look, 1_000).unref();
  });
  let closing = false;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  try {
    await Promise.race([
      ended,
      failed,
      demonstrate({ progress, ended, fail, defer: (close) => closers.push(close) }),
    ]);
  } catch (error) {
    progress.step(`failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
  closing = true;
  if (!values.once) progress.step("stopping");
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    await close().catch((error) => progress.step(`not closed: ${error}`));
  }
  if (!values.once) progress.step("stopped; the data stays for the next start");
  process.exit();
}

/** Until the signal, or with `--once` until all has been seen. */
async function demonstrate(demo: {
  progress: Progress;
  ended: Promise<unknown>;
  fail: (error: Error) => void;
  defer: (close: () => Promise<unknown>) => void;
}): Promise<void> {
  const { progress, defer } = demo;
  let receiver: DemoReceiver | undefined;
  let walked: Walked | undefined;
  const system = await startSystem({
    dataDir: resolve(values["data-dir"]),
    env: process.env,
    progress,
    anyPorts: values.once,
    withApi: true,
    prepare: async (parts) => {
      receiver = await startDemoReceiver({ ...parts, progress, defer });
    },
    onInstallable: async (installable) => {
      walked = await walkThrough(installable, progress);
    },
    onUnexpectedEnd: demo.fail,
    defer,
  });
  const { api } = system;
  if (walked === undefined || api === undefined || receiver === undefined)
    throw new TypeError("neither is left out above");
  progress.step("board and API are ready");
  const { accountId, failed, ...summary } = walked;
  if (failed > 0)
    progress.step(`failed work is tried again automatically; ${system.logDir}/worker.log says more`);
  if (values.once) {
    const done = await walkThroughApi(api, receiver, accountId);
    progress.step(`API: a token, a forwarded query (${done.proxied}), ${done.records} assets`);
    process.stdout.write(`${JSON.stringify({ ...summary, api: done })}\n`);
    if (failed > 0) process.exitCode = 1;
    return;
  }
  progress.text(`
  Fleetkeeper is up.

    Board             ${system.boardUrl}   user ${system.boardUser}, password ${system.boardPassword}
    Simulated         ${system.simulator.url}   a simulated Trackunit: install more accounts there
    API               ${api.url}/reference/   for your own code; a key is in ${api.keyFile}
    Install callback  ${system.callbackUrl}
    MongoDB           ${system.mongodbUrl}
    Redis             ${system.redisUrl}
    Logs              ${system.logDir}
    Command line      ./fleetkeeper accounts list

  Not set here, as at a first start in production: CALLBACK_ISSUER and CALLBACK_AUDIENCE. Until they are, a callback
  is accepted with any token that Trackunit signed, for any app. \`./fleetkeeper doctor --only callback-claims\`
  proposes values from the callbacks that came.

  Try next: open the simulated Trackunit, press Install beside another account, and watch it on the board.
  Or press Send webhook beside the first one: the syncs that it concerns run at once.
  Ctrl-C ends everything; the data stays for the next start.
`);
  await demo.ended;
}

type Walked = Awaited<ReturnType<typeof walkThrough>>;

/** One install, and one webhook of that account. `failed`: how many first syncs did. */
async function walkThrough(system: InstallableSystem, progress: Progress) {
  const [account] = system.simulator.accounts();
  if (account === undefined) throw new Error("the simulated Trackunit has no account");
  const { accountId } = account;
  // The ingress hears of the endpoint while the first syncs run.
  let endpoint: ReturnType<typeof addWebhookEndpoint> | undefined;
  const onStored = () => {
    endpoint = addWebhookEndpoint({ ...system, accountId });
    endpoint.catch(() => undefined);
  };
  const { summary, failed } = await walkThroughInstall({ ...system, accountId, progress, onStored });
  const delivered = (await endpoint) ?? 0;
  const webhook = { delivered, ...(await walkThroughWebhook({ ...system, accountId, progress })) };
  return { accountId, failed, ...summary, webhook };
}
