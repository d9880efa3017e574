// What operators did to an account.

import type { AuditDocument } from "@fleetkeeper/store";
import { type Html, html } from "../../html/html.ts";
import { timeTag } from "../../html/time.ts";

export function auditSection(audit: readonly AuditDocument[], now: Date): Html {
  return html`<section aria-labelledby="audit-title">
    <h2 id="audit-title">Audit log</h2>
    ${
      audit.length === 0
        ? html`<p class="card">No one has acted on this account yet.</p>`
        : html`<ul class="card lines">${audit.map((entry) => auditLine(entry, now))}</ul>`
    }
  </section>`;
}

export function auditLine({ at, who, action, sync }: AuditDocument, now: Date): Html {
  return html`<li><strong>${who}</strong> ${action}${sync === undefined ? "" : html` <code>${sync}</code>`} <small>${timeTag(at, now)}</small></li>`;
}
