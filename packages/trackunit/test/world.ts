// The world of the client's tests: a simulated Trackunit, one account of it, and a client that has its token.

import { asInstallationId } from "@fleetkeeper/model";
import {
  type AccountOptions,
  type SimulatedAccount,
  type SimulatorOptions,
  startSimulator,
} from "@fleetkeeper/simulator";
import { Agent, request } from "undici";
import { onTestFinished } from "vitest";
import {
  createTrackunit,
  type Page,
  type PageOptions,
  type Send,
  type TrackunitOptions,
} from "../src/index.ts";

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Ends automatically after the test. */
export async function createWorld(
  options: {
    account?: AccountOptions;
    simulator?: SimulatorOptions;
    trackunit?: Partial<TrackunitOptions>;
  } = {},
) {
  const simulator = await startSimulator(options.simulator);
  const dispatcher = new Agent({ connections: 8 });
  onTestFinished(async () => {
    await simulator.close();
    await dispatcher.destroy();
  });
  const account = simulator.addAccount(options.account);
  const tokens = new Map<string, string>();
  /** How often another token than a refused one was asked for. */
  const refused: string[] = [];
  /** How often it was asked whether a newer install is there, and whether it is. */
  const install = { asked: 0, isNewer: false };
  const trackunit = createTrackunit({
    apiUrl: simulator.apiUrl,
    dispatcher,
    timeoutMs: 500,
    getAccessToken: async (installationId, { refused: refusedToken, forbidden }) => {
      if (forbidden !== undefined) install.asked++;
      if (forbidden !== undefined && install.isNewer) tokens.delete(installationId);
      if (refusedToken !== undefined) refused.push(refusedToken);
      const known = tokens.get(installationId);
      if (known !== undefined && known !== refusedToken) return known;
      const token = await fetchToken(simulator.tokenUrl, simulator.account(installationId), dispatcher);
      tokens.set(installationId, token);
      return token;
    },
    ...options.trackunit,
  });
  /** The installation's id is the account's. */
  const clientOf = ({ accountId }: SimulatedAccount) => trackunit(asInstallationId(accountId));
  return { simulator, account, client: clientOf(account), clientOf, refused, install };
}

async function fetchToken(
  tokenUrl: string,
  account: SimulatedAccount | undefined,
  dispatcher: Agent,
): Promise<string> {
  const { body } = await request(tokenUrl, {
    method: "POST",
    dispatcher,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: account?.clientId ?? "",
      client_secret: account?.clientSecret ?? "",
    }).toString(),
  });
  return ((await body.json()) as { access_token: string }).access_token;
}

/** The first page, never aborted, unless said otherwise. */
export function reading(options: Partial<PageOptions> = {}): PageOptions {
  return { from: null, pageSize: 100, signal: new AbortController().signal, ...options };
}

export async function all(pages: AsyncIterable<Page>): Promise<Page[]> {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

export async function firstOf(pages: AsyncIterable<Page>): Promise<Page> {
  for await (const page of pages) return page;
  throw new Error("no page");
}

export function itemsOf(pages: readonly Page[]): unknown[] {
  return pages.flatMap(({ items }) => items);
}

/** A `send` that gives these answers one after the other. */
export function scripted(...answers: unknown[]): Send {
  return async () => {
    if (answers.length === 0) throw new Error("asked once too often");
    return answers.shift();
  };
}
