// The page at `/`: every account with its fleet, its state and what can be done with it; faults; facts.
import type { SimulatedAccount } from "../accounts/account.ts";
import { webhookTypes } from "../webhooks/webhook-events.ts";
import type { World } from "../world.ts";
import { faultsSection } from "./faults-section.ts";
import { escapeMarkup } from "./html.ts";

const maxRows = 200;

export async function accountsPage(world: World): Promise<string> {
  return [callbackForm(world), accountTable(world), addForm(), faultsSection(world), await facts(world)].join(
    "\n",
  );
}

function callbackForm({ settings }: World): string {
  return `<section>
<h2>Where installs go</h2>
<form method="post" action="/_page/callback-url">
<label>Callback URL of the app <input type="url" name="callbackUrl" required value="${escapeMarkup(settings.callbackUrl ?? "")}"></label>
<button>Save</button>
</form>
<p class="soft">The app is <code>${escapeMarkup(settings.app)}</code>. Install sends its callback, signed, to this URL.</p>
</section>`;
}

function accountTable(world: World): string {
  const accounts = world.accounts.all();
  const rest = accounts.length - maxRows;
  const rows = accounts
    .slice(0, maxRows)
    .map((account) => row(world, account))
    .join("\n");
  const more = rest > 0 ? `<p class="soft">${rest} more accounts are not shown.</p>` : "";
  const empty = accounts.length === 0 ? `<p class="soft">There is none yet. Add one below.</p>` : "";
  return `<section class="wide">
<table>
<caption>Accounts</caption>
<thead><tr><th scope="col">Account</th><th scope="col" class="number">Assets</th><th scope="col" class="number">Sites</th>
<th scope="col" class="number">Token calls</th><th scope="col">State</th><th scope="col">Last install</th><th scope="col">Actions</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>${empty}${more}
</section>`;
}

const typeChoice = `<label>of type <select name="type">${webhookTypes.map((type) => `<option>${type}</option>`).join("")}</select></label>`;

function row(world: World, account: SimulatedAccount): string {
  const { accountId, name, records, tokenCalls, revoked } = account;
  const state = revoked ? `<span class="bad">revoked</span>` : `<span class="good">active</span>`;
  return `<tr>
<th scope="row">${escapeMarkup(name)}<code class="id">${escapeMarkup(accountId)}</code></th>
${cell("Assets", String(records.assets.size), "number")}
${cell("Sites", String(records.sites.size), "number")}
${cell("Token calls", String(tokenCalls), "number")}
${cell("State", state)}
${cell("Last install", lastInstall(account))}
<td><div class="actions">
${action(account, "install", "Install", "", "first")}
${action(account, "change", "Change fleet", `<label>by <input type="number" name="count" min="1" max="100000" value="5"></label>`)}
${world.webhooks.targetsOf(accountId).length > 0 ? action(account, "webhook", "Send webhook", typeChoice) : ""}
${revoked ? action(account, "restore", "Restore") : action(account, "revoke", "Revoke")}
</div></td>
</tr>`;
}

/** On a narrow screen the label stands before the value, because the table's head is gone. */
function cell(label: string, markup: string, style = ""): string {
  return `<td class="${style}" data-label="${label}">${markup}</td>`;
}

function lastInstall({ lastInstall }: SimulatedAccount): string {
  if (!lastInstall) return `<span class="soft">never</span>`;
  const { at, status } = lastInstall;
  const answer = status === undefined ? `<span class="bad">no answer</span>` : `answered ${status}`;
  return `${answer}<span class="id">${at.toISOString().slice(11, 19)} UTC</span>`;
}

function action(
  { accountId, name }: SimulatedAccount,
  path: string,
  label: string,
  fields = "",
  style = "",
): string {
  return `<form method="post" action="/_page/accounts/${encodeURIComponent(accountId)}/${path}">
<button class="${style}" aria-label="${escapeMarkup(`${label}: ${name}`)}">${label}</button>${fields}</form>`;
}

function addForm(): string {
  return `<section>
<h2>Add account</h2>
<form method="post" action="/_page/accounts">
<label>Name <input name="name" maxlength="100"></label>
<label>Assets <input type="number" name="assets" min="0" max="1000000" value="25" required></label>
<label>Sites <input type="number" name="sites" min="0" max="10000" value="3" required></label>
<button>Add account</button>
</form>
</section>`;
}

async function facts(world: World): Promise<string> {
  const { keys } = await world.keys.jwks();
  const published = keys.map(({ alg, kid }) => `<code>${alg} ${kid}</code>`).join("<br>");
  return `<section>
<h2>Addresses and keys</h2>
<dl>
<dt>API</dt><dd><code>${world.url()}</code></dd>
<dt>Token endpoint</dt><dd><code>${world.url()}/apptoken</code></dd>
<dt>Key set</dt><dd><code>${world.url()}/api/marketplace/jwks</code></dd>
<dt>Published keys</dt><dd>${published}</dd>
<dt>Requests so far</dt><dd>${world.requests.count()}</dd>
</dl>
<form method="post" action="/_page/rotate-keys">
<button>Rotate signing keys</button>
<span class="soft">The old keys stay published.</span>
</form>
</section>`;
}
