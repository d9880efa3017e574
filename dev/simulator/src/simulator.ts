// The simulated Trackunit, from options to a listening server.
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import type { AccountOptions, SimulatedAccount } from "./accounts/account.ts";
import { AccountRegister } from "./accounts/account-register.ts";
import { TokenDesk } from "./apptoken/token-desk.ts";
import {
  type CallbackClaims,
  type CallbackTokenOptions,
  claimsFor,
  signCallbackToken,
} from "./callback/callback-token.ts";
import { type InstallAnswer, type InstallOptions, install } from "./callback/install.ts";
import { SigningKeys } from "./callback/signing-keys.ts";
import { addControl } from "./control/control-routes.ts";
import { FaultBoard, type FaultControl } from "./faults/fault-board.ts";
import { PointBudgets } from "./graphql/point-budgets.ts";
import { QueryDocuments } from "./graphql/query-document.ts";
import { buildServer } from "./http/server.ts";
import { addPage } from "./page/page-routes.ts";
import { RequestBook, type RequestCounts } from "./requests/request-book.ts";
import { SlidingWindows } from "./requests/sliding-windows.ts";
import { addRoutes } from "./routes.ts";
import { type Settings, type SimulatorOptions, settingsFrom } from "./settings.ts";
import { addWebhookTarget } from "./webhooks/add-target.ts";
import { type SentWebhook, WebhookSender, type WebhookTarget } from "./webhooks/webhook-sender.ts";
import type { World } from "./world.ts";

/** A Trackunit for this machine, over real HTTP. */
export interface Simulator {
  /** Base of everything, without a slash at the end. */
  url: string;
  jwksUrl: string;
  tokenUrl: string;
  /** Base of the API: the same as `url`. */
  apiUrl: string;
  /** May be changed while the simulator runs. */
  settings: Settings;
  faults: FaultControl;
  requests: RequestCounts;
  addAccount(options?: AccountOptions): SimulatedAccount;
  account(accountId: string): SimulatedAccount | undefined;
  accounts(): SimulatedAccount[];
  /** Those given out that are not long expired: to look for where none may be. */
  accessTokens(): string[];
  /** Sends the install callback. `ERR_CALLBACK_UNREACHABLE` if there is no answer. */
  install(accountId: string, options?: InstallOptions): Promise<InstallAnswer>;
  /**
   * A callback token; the usual claims are added unless `claims` sets them (to undefined: leaves them out).
   */
  signCallbackToken(claims?: CallbackClaims, options?: CallbackTokenOptions): Promise<string>;
  /** What an administrator of the account enters: from now on each change of its assets is told there. */
  addWebhookTarget(accountId: string, target: WebhookTarget): void;
  /** Resolves after the first attempt at each of the account's targets. */
  sendWebhook(accountId: string, type: string): Promise<SentWebhook[]>;
  /** The last 1 000. */
  webhooks(): readonly SentWebhook[];
  /** New signing keys; the old ones stay published unless `keepOld` is false. Gives the new key ids. */
  rotateKeys(options?: { keepOld?: boolean | undefined }): Promise<string[]>;
  /** Ends the listening, every connection and every delay; a second call waits for the first. */
  close(): Promise<void>;
}

/** Starts a simulator and waits until it listens. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const closing = new AbortController();
  const seed = options.seed ?? "fleetkeeper";
  const now = options.now ?? (() => new Date());
  const callbacks = new Agent();
  let url = "";
  const settings = settingsFrom(options);
  const world: World = {
    settings,
    now,
    accounts: new AccountRegister(seed, now),
    tokens: new TokenDesk(now),
    keys: new SigningKeys(),
    faults: new FaultBoard(),
    requests: new RequestBook(),
    windows: new SlidingWindows(),
    budgets: new PointBudgets(),
    queries: new QueryDocuments(),
    callbacks,
    webhooks: new WebhookSender({ settings, dispatcher: callbacks, closing: closing.signal, now }),
    url: () => url,
    closing: closing.signal,
  };
  const server = buildServer();
  addRoutes(server, world);
  addControl(server, world);
  addPage(server, world);
  const host = options.host ?? "127.0.0.1";
  await server.listen({ host, port: options.port ?? 0 });
  url = urlOf(host, server.server.address() as AddressInfo);
  if (options.changeEveryMs) keepChanging(world, options.changeEveryMs);
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    closing.abort();
    await server.close();
    await callbacks.destroy();
  };
  return {
    url,
    jwksUrl: `${url}/api/marketplace/jwks`,
    tokenUrl: `${url}/apptoken`,
    apiUrl: url,
    settings: world.settings,
    faults: world.faults,
    requests: world.requests,
    addAccount: (account) => world.accounts.add(account),
    account: (accountId) => world.accounts.get(accountId),
    accounts: () => world.accounts.all(),
    accessTokens: () => world.tokens.all(),
    install: (accountId, how) => install(world, accountId, how),
    signCallbackToken: (claims, how) => {
      const usual = claimsFor({ issuer: url, irisAppId: world.settings.app });
      return signCallbackToken(world.keys, now(), { ...usual, ...claims }, how);
    },
    addWebhookTarget: (accountId, target) => addWebhookTarget(world, accountId, target),
    sendWebhook: (accountId, type) => world.webhooks.send(accountId, [{ type, data: {} }]),
    webhooks: () => world.webhooks.sent(),
    rotateKeys: (how) => world.keys.rotate(how),
    close: () => {
      closed ??= closeAll();
      return closed;
    },
  };
}

/** Changes about one record in a hundred of every account, again and again. */
function keepChanging({ accounts, closing }: World, everyMs: number): void {
  const timer = setInterval(() => {
    for (const account of accounts.all()) account.change(Math.ceil(account.assetCount / 100));
  }, everyMs);
  closing.addEventListener("abort", () => clearInterval(timer));
}

/** A server that listens everywhere is reached by the loopback address. */
function urlOf(host: string, { port }: AddressInfo): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
