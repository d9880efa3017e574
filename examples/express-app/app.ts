// A page for each customer with its fleet: the records that Fleetkeeper has, one live query to Trackunit, and
// a webhook that brings the page up to date. FLEETKEEPER_URL=… FLEETKEEPER_KEY=fk_… WEBHOOK_SECRETS=whsec_…
// node app.ts

import {
  createClient,
  type FleetkeeperClient,
  FleetkeeperError,
  verifyWebhook,
  WebhookError,
} from "@fleetkeeper/client";
import express, { type Express } from "express";
import { type FleetAsset, fleetPage, listPage } from "./pages.ts";

export interface AppOptions {
  fleet: FleetkeeperClient;
  /** `whsec_…`; two while one is exchanged for the other. */
  secrets: readonly string[];
}

const liveQuery = "{ assets(first: 3) { edges { node { id name } } } }";

export function createApp({ fleet, secrets }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  /** What was read last, for each account; a webhook takes out what is no longer true. */
  const fleets = new Map<string, Promise<FleetAsset[]>>();

  app.get("/", async (_request, response) => {
    const { data, error } = await fleet.api.GET("/v1/accounts", { params: { query: { limit: 100 } } });
    if (error !== undefined) throw new Error(`Fleetkeeper: ${error.code}`);
    response.send(listPage(data.accounts));
  });

  app.get("/accounts/:accountId", async (request, response) => {
    const { accountId } = request.params;
    const [assets, live] = await Promise.all([assetsOf(accountId), liveNames(accountId)]);
    response.send(fleetPage(accountId, assets, live));
  });

  // The body as it came: what was parsed and written again has another signature.
  app.post(
    "/webhooks/fleetkeeper",
    express.raw({ type: () => true, limit: "1mb" }),
    async (request, response) => {
      try {
        const event = await verifyWebhook(request.body, request.headers, secrets);
        // A delivery may come twice, which does no harm here: the page is read again when somebody looks at
        // it.
        if (event.type === "records.changed" || event.type.startsWith("account."))
          fleets.delete(event.data.accountId);
        response.sendStatus(204);
      } catch (error) {
        if (!(error instanceof WebhookError)) throw error;
        response.status(400).json({ code: error.code });
      }
    },
  );

  return app;

  function assetsOf(accountId: string): Promise<FleetAsset[]> {
    const known = fleets.get(accountId) ?? readAssets(accountId);
    fleets.set(accountId, known);
    known.catch(() => fleets.delete(accountId));
    return known;
  }

  async function readAssets(accountId: string): Promise<FleetAsset[]> {
    const assets: FleetAsset[] = [];
    for await (const { id, data, updatedAt } of fleet.records("assets", { accountId, fields: ["name"] }))
      assets.push({ id, name: String((data as { name?: unknown }).name ?? id), updatedAt });
    return assets;
  }

  /** As Trackunit says it now; why not, where it does not answer: the page is there all the same. */
  async function liveNames(accountId: string): Promise<string> {
    try {
      const answer = await fleet.trackunit(accountId, "/api/graphql/", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: liveQuery }),
      });
      const { data } = (await answer.json()) as { data: { assets: { edges: { node: { name: string } }[] } } };
      return data.assets.edges.map(({ node }) => node.name).join(", ");
    } catch (error) {
      return error instanceof FleetkeeperError ? error.message : "Trackunit does not answer as it should";
    }
  }
}

if (import.meta.main) {
  const {
    FLEETKEEPER_URL: url = "http://127.0.0.1:3003",
    FLEETKEEPER_KEY: key = "",
    PORT = "3000",
  } = process.env;
  const secrets = (process.env.WEBHOOK_SECRETS ?? "").split(",").filter((secret) => secret !== "");
  createApp({ fleet: createClient({ url, key }), secrets }).listen(Number(PORT), "127.0.0.1", () =>
    console.log(`http://127.0.0.1:${PORT}`),
  );
}
