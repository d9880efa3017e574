// The world of the syncs' tests: a simulated Trackunit, one account of it, and a client that has its token.

import { asInstallationId } from "@fleetkeeper/model";
import { type AccountOptions, type SimulatorOptions, startSimulator } from "@fleetkeeper/simulator";
import { createTrackunit, type Page, type TrackunitClient } from "@fleetkeeper/trackunit";
import { Agent, request } from "undici";
import { onTestFinished } from "vitest";
import type { SyncDefinition } from "../src/index.ts";

/** Ends automatically after the test. */
export async function createWorld(options: { account?: AccountOptions; simulator?: SimulatorOptions } = {}) {
  const simulator = await startSimulator(options.simulator);
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await simulator.close();
    await dispatcher.destroy();
  });
  const account = simulator.addAccount(options.account);
  const { body } = await request(simulator.tokenUrl, {
    method: "POST",
    dispatcher,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: account.clientId,
      client_secret: account.clientSecret,
    }).toString(),
  });
  const { access_token } = (await body.json()) as { access_token: string };
  const trackunit = createTrackunit({
    apiUrl: simulator.apiUrl,
    dispatcher,
    getAccessToken: async () => access_token,
  });
  return { simulator, account, client: trackunit(asInstallationId(account.accountId)) };
}

/**
 * One pass as the engine makes it, each page in a slice of its own. Gives the records by id, and what does
 * not fit.
 */
export async function runPass(
  definition: SyncDefinition,
  client: TrackunitClient,
  options: {
    pageSize?: number;
    window?: { from: Date; to: Date };
    /** Before each page, with how many came before. */
    onPage?: (count: number) => void;
  } = {},
) {
  const records = new Map<string, unknown>();
  const misfits: unknown[] = [];
  const pages: Page[] = [];
  let from: string | null = null;
  const { onPage, ...paging } = options;
  do {
    onPage?.(pages.length);
    const page = await firstPage(definition, client, { ...paging, from });
    pages.push(page);
    for (const item of page.items) {
      const parsed = definition.item.safeParse(item);
      if (parsed.success) records.set(definition.idOf(parsed.data as never), parsed.data);
      else misfits.push(item);
    }
    from = page.nextCursor;
  } while (from !== null);
  return { records, misfits, pages };
}

async function firstPage(
  definition: SyncDefinition,
  client: TrackunitClient,
  options: { from: string | null; pageSize?: number; window?: { from: Date; to: Date } },
): Promise<Page> {
  const { signal } = new AbortController();
  const paging = { pageSize: definition.pageSize, ...options, signal };
  for await (const page of definition.pages(client, paging)) return page;
  throw new Error("the pages ended without a last page");
}
