// The part of the page with the faults: a button for each kind, and those that wait for requests.

import { BadInputError } from "../errors.ts";
import { type FaultKind, faultKinds } from "../faults/fault.ts";
import { operations } from "../faults/fault-board.ts";
import type { World } from "../world.ts";
import { escapeMarkup } from "./html.ts";
import type { Notice } from "./notices.ts";

/** What happens to real services; the others are a fold away. */
const common: FaultKind[] = [
  ...(["status", "rate-limit", "graphql-rate-limit", "forbidden", "delay", "hang", "cut"] as const),
  ...(["html", "invalid-json", "bad-record", "partial-data", "empty-page"] as const),
];
const rare = (Object.keys(faultKinds) as FaultKind[]).filter((kind) => !common.includes(kind));

/** Families, then operations; a field of GraphQL has no name here. */
const places = ["rest", "graphql", "aemp", ...operations.filter((operation) => !operation.includes("<"))];

/** More accounts are not offered, and more faults not listed. */
const maxOffered = 200;

export function faultsSection({ accounts, faults }: World): string {
  const choice = (value: string, text: string) =>
    `<option value="${escapeMarkup(value)}">${escapeMarkup(text)}</option>`;
  const offered = accounts.all().slice(0, maxOffered);
  return `<section aria-labelledby="faults">
<h2 id="faults">Faults</h2>
${waiting(faults.list())}
<form method="post" action="/_page/faults">
<label>Requests to <select name="operation">${choice("", "everything")}${places.map((place) => choice(place, place)).join("")}</select></label>
<label>of <select name="accountId">${choice("", "every account")}${offered.map(({ accountId, name }) => choice(accountId, name)).join("")}</select></label>
<label>How often <input type="number" name="times" min="1" max="100000" placeholder="always"></label>
<label>Status answered <input type="number" name="status" min="100" max="599" value="503"></label>
<div class="actions">${common.map(button).join("")}</div>
<details><summary>${rare.length} more kinds</summary><div class="actions">${rare.map(button).join("")}</div></details>
</form>
</section>`;
}

function button(kind: FaultKind): string {
  return `<button name="kind" value="${kind}" title="${escapeMarkup(faultKinds[kind])}">${kind}</button>`;
}

function waiting(faults: ReturnType<World["faults"]["list"]>): string {
  if (faults.length === 0) return `<p class="soft">None waits: requests are answered as documented.</p>`;
  const rows = faults.slice(0, maxOffered).map(
    ({ id, kind, operation, accountId, times, met }) => `<li>
<form method="post" action="/_page/faults/end"><input type="hidden" name="id" value="${id}">
<span><strong class="bad">${kind}</strong> for ${escapeMarkup(operation ?? "everything")} of ${escapeMarkup(accountId ?? "every account")},
met ${met}${times === undefined ? "" : ` of ${times}`}</span>
<button aria-label="End ${kind}, ${id}">End</button></form></li>`,
  );
  const more = faults.length > maxOffered ? `<li>${faults.length - maxOffered} more</li>` : "";
  return `<ul class="faults">${rows.join("\n")}${more}</ul>
<form method="post" action="/_page/faults/end"><button class="first">End all</button></form>`;
}

/** Asks for the fault that a button stands for. */
export function addFault({ accounts, faults }: World, form: URLSearchParams): Notice {
  const kind = form.get("kind") ?? "";
  const operation = form.get("operation") || undefined;
  const accountId = form.get("accountId") || undefined;
  const [times, status] = [amount(form, "times"), amount(form, "status")];
  if (accountId !== undefined && accounts.get(accountId) === undefined)
    throw new BadInputError(`There is no account ${accountId}.`);
  // It refuses a kind or an operation that there is not.
  faults.add({
    kind: kind as FaultKind,
    operation,
    accountId,
    times,
    status: kind === "status" ? status : undefined,
  });
  return {
    failed: false,
    title: `From now on: ${kind} for ${operation ?? "everything"}`,
    detail: faultKinds[kind as FaultKind],
  };
}

/** Ends the one that the form names, or all. */
export function endFault({ faults }: World, form: URLSearchParams): Notice {
  const ended = faults.clear({ id: form.get("id") ?? undefined });
  return { failed: false, title: ended === 1 ? "One fault ended" : `${ended} faults ended` };
}

function amount(form: URLSearchParams, name: string): number | undefined {
  const text = form.get(name) ?? "";
  if (text === "") return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new BadInputError(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}
