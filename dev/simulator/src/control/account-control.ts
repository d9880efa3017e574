// `/_control/accounts`: list, add, change, install, revoke.
import type { FastifyInstance } from "fastify";
import type { AccountOptions, ResourceName, SimulatedAccount } from "../accounts/account.ts";
import { type InstallOptions, install } from "../callback/install.ts";
import { UnknownAccountError } from "../errors.ts";
import { addWebhookTarget } from "../webhooks/add-target.ts";
import type { WebhookTarget } from "../webhooks/webhook-sender.ts";
import type { World } from "../world.ts";
import { accountSchema, changeSchema, installSchema, webhookSchema, webhookTargetSchema } from "./schemas.ts";

export function addAccountControl(control: FastifyInstance, world: World): void {
  const accountOf = ({ params }: { params: unknown }): SimulatedAccount => {
    const { accountId } = params as { accountId: string };
    const account = world.accounts.get(accountId);
    if (!account) throw new UnknownAccountError(`There is no account ${accountId}.`);
    return account;
  };
  control.get("/accounts", async () => ({ accounts: world.accounts.all().map(summary) }));
  control.post("/accounts", { schema: { body: accountSchema } }, async ({ body }, reply) => {
    return reply.code(201).send(summary(world.accounts.add((body ?? {}) as AccountOptions)));
  });
  control.get("/accounts/:accountId", async (request) => summary(accountOf(request)));
  control.get("/accounts/:accountId/assets", async (request) => ({ assets: accountOf(request).assets() }));
  control.post("/accounts/:accountId/change", { schema: { body: changeSchema } }, async (request) => {
    const { count, resource, ...mix } = request.body as { count: number; resource?: ResourceName };
    return accountOf(request).change(count, Object.keys(mix).length > 0 ? mix : undefined, resource);
  });
  control.post("/accounts/:accountId/install", { schema: { body: installSchema } }, async (request) => {
    return install(world, accountOf(request).accountId, (request.body ?? {}) as InstallOptions);
  });
  control.post(
    "/accounts/:accountId/webhook-targets",
    { schema: { body: webhookTargetSchema } },
    async (request, reply) => {
      addWebhookTarget(world, accountOf(request).accountId, request.body as WebhookTarget);
      return reply.code(204).send();
    },
  );
  control.post("/accounts/:accountId/webhooks", { schema: { body: webhookSchema } }, async (request) => {
    const { type } = request.body as { type: string };
    return { sent: await world.webhooks.send(accountOf(request).accountId, [{ type, data: {} }]) };
  });
  const actions = {
    revoke: (account: SimulatedAccount) => account.revoke(),
    restore: (account: SimulatedAccount) => account.restore(),
    "expire-tokens": (account: SimulatedAccount) => account.expireTokens(),
    "renew-secret": (account: SimulatedAccount) => account.renewSecret(),
  };
  for (const [name, act] of Object.entries(actions)) {
    control.post(`/accounts/:accountId/${name}`, async (request) => {
      const account = accountOf(request);
      act(account);
      return summary(account);
    });
  }
}

/** The credential is in it: it opens nothing but this simulator. */
function summary(account: SimulatedAccount) {
  const { accountId, name, clientId, clientSecret, revoked, tokenCalls, lastInstall } = account;
  const { assets, sites, customers, alertConfigurations } = account.records;
  return {
    accountId,
    name,
    clientId,
    clientSecret,
    revoked,
    tokenCalls,
    lastInstall: lastInstall ?? null,
    assets: assets.size,
    sites: sites.size,
    customers: customers.size,
    alertConfigurations: alertConfigurations.size,
  };
}
