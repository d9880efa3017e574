// Enters a target for an account's webhooks: from now on each change of its assets is told there.
import { UnknownAccountError } from "../errors.ts";
import type { World } from "../world.ts";
import { eventsOf } from "./webhook-events.ts";
import type { WebhookTarget } from "./webhook-sender.ts";

/** `ERR_UNKNOWN_ACCOUNT` if there is none. */
export function addWebhookTarget(world: World, accountId: string, target: WebhookTarget): void {
  const account = world.accounts.get(accountId);
  if (!account) throw new UnknownAccountError(`There is no account ${accountId}.`);
  world.webhooks.add(accountId, target);
  account.onChange = (changed, siteBefore) =>
    void world.webhooks.send(accountId, eventsOf(account, changed, siteBefore));
}
