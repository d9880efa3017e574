// `/api-keys/new`: the form for a new key.

import { type ApiRight, apiRights } from "@fleetkeeper/model";
import { rightsInWords } from "@fleetkeeper/operator";
import { type Html, html } from "../html/html.ts";
import type { PageState } from "../html/layout.ts";
import { apiKeysPath, newApiKeyPath } from "../html/paths.ts";
import { questionPage } from "../html/question-page.ts";

export interface ApiKeyForm {
  name: string;
  app: string;
  rights: readonly ApiRight[];
}

/** `form`: what was filled in before, where that could not be used. */
export function newApiKeyPage(page: PageState & { form: ApiKeyForm; fault?: string }): Html {
  const { name, app, rights } = page.form;
  return questionPage({
    ...page,
    question: "Make an API key?",
    consequence: "It is shown once, and works until it is revoked.",
    fields: html`<label for="name">Name</label>
      <input id="name" name="name" value="${name}" maxlength="100" autocomplete="off" required>
      <label for="app">App whose accounts it sees; empty for all</label>
      <input id="app" name="app" value="${app}" placeholder="@organization/appname" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false">
      <fieldset>
        <legend>What it may do</legend>
        ${apiRights.map((right) => checkbox(right, rights.includes(right)))}
      </fieldset>`,
    verb: "Make the key",
    irrevocable: false,
    postTo: newApiKeyPath,
    back: apiKeysPath,
  });
}

function checkbox(right: ApiRight, isChecked: boolean): Html {
  return html`<label class="choice"><input type="checkbox" name="rights" value="${right}" ${isChecked ? "checked" : ""}> <span><code>${right}</code> ${rightsInWords[right]}</span></label>`;
}
