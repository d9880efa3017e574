// `/api-keys`: what the publisher's own code comes with to the API, and how each key is used.

import { count } from "@fleetkeeper/operator";
import type { ApiKeyRow } from "@fleetkeeper/store";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { apiKeysPath, newApiKeyPath, revokeApiKeyPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";

interface Listed {
  keys: readonly ApiKeyRow[];
  at: Date;
}

export function apiKeyListPage(page: PageState & Listed & { notice: string | undefined }): Html {
  const { keys, identity } = page;
  const mayChange = identity?.role === "operator";
  return layout({
    ...page,
    title: "API keys",
    content: html`<div class="title"><h1>API keys</h1></div>
      <p class="faint">What your own code comes with to the API of Fleetkeeper. Only the hash of a key is stored.</p>
      ${mayChange ? html`<p class="actions"><a class="button" href="${newApiKeyPath}">Make a key</a></p>` : ""}
      ${keys.length === 0 ? html`<p class="notice good">There is no API key.</p>` : keyTable(page, mayChange)}`,
  });
}

function keyTable({ keys, at }: Listed, mayChange: boolean): Html {
  return html`<table class="cards keys">
    ${tableHead(["Key", "Accounts of", "Rights", "Last used", { number: "Uses" }, "State", mayChange && "Actions"])}
    <tbody>${keys.map((key) => keyRow(key, at, mayChange))}</tbody>
  </table>`;
}

function keyRow(key: ApiKeyRow, at: Date, mayChange: boolean): Html {
  const { _id, name, irisAppId, rights, createdAt, createdBy, lastUsedAt, uses, revokedAt } = key;
  const state = revokedAt === null ? badge("good", "valid") : badge("bad", "revoked");
  return html`<tr>
    <th scope="row">${name} <small><code>${_id}</code>, made by ${createdBy} ${timeTag(createdAt, at)}</small></th>
    <td data-label="Accounts of">${irisAppId ?? "all apps"}</td>
    <td data-label="Rights"><small>${rights.join(", ")}</small></td>
    <td data-label="Last used">${lastUsedAt === null ? "never" : timeTag(lastUsedAt, at)}</td>
    <td data-label="Uses" class="number">${count(uses)}</td>
    <td data-label="State">${state}${revokedAt === null ? "" : html` <small>${timeTag(revokedAt, at)}</small>`}</td>
    ${mayChange ? actionCell(key) : ""}
  </tr>`;
}

function actionCell({ _id, name, revokedAt }: ApiKeyRow): Html {
  if (revokedAt !== null) return html`<td></td>`;
  return html`<td data-label="Actions"><a class="button quiet" href="${revokeApiKeyPath(_id)}" aria-label="Revoke ${name}">Revoke</a></td>`;
}

/** Shown in answer to the form, and never again. */
export function newKeyPage(page: PageState & { key: string; name: string }): Html {
  const { key, name } = page;
  return layout({
    ...page,
    title: "The new API key",
    content: html`<section class="card question">
      <h1>The new API key</h1>
      <p>This is <b>${name}</b>. Keep it now: only its hash is stored, and it is not shown again.</p>
      <pre tabindex="0" aria-label="The key">${key}</pre>
      <p>Your code sends it as <code>Authorization: Bearer</code> and then the key.</p>
      <p class="actions"><a class="button" href="${apiKeysPath}">I have it</a></p>
    </section>`,
  });
}
