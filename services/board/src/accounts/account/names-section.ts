// What an account is called, and by whom.

import { namesOfAccount } from "@fleetkeeper/operator";
import type { Role } from "../../auth/identity.ts";
import { fact } from "../../html/fact.ts";
import { type Html, html } from "../../html/html.ts";
import { actionPath } from "../../html/paths.ts";
import { accountActions } from "../actions/actions.ts";
import type { AccountFacts } from "./read.ts";

const whose: Record<string, string> = {
  operators: "Operators' name",
  publisher: "Your back end's name",
  Trackunit: "Trackunit's name",
};

export function namesSection({ installation }: AccountFacts, role: Role): Html {
  const names = namesOfAccount(installation);
  const { note, metadata = {} } = installation;
  return html`<section class="card" aria-labelledby="names-title">
    <h2 id="names-title">Names</h2>
    <dl>
      ${names.length === 0 ? fact("Name", html`none yet`) : names.map(({ of, name }) => fact(whose[of] ?? of, html`${name}`))}
      ${note ? fact("Note", html`<span class="note">${note}</span>`) : ""}
      ${Object.entries(metadata).map(([field, text]) => fact(field, html`${text}`))}
    </dl>
    ${role === "operator" ? html`<p class="actions"><a class="button quiet" href="${actionPath(accountActions.changeNames, installation._id)}">Change name and note</a></p>` : ""}
  </section>`;
}
