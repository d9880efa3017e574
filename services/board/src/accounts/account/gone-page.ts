// In place of the page of an account that is no longer there: what operators did to it.

import type { AuditDocument } from "@fleetkeeper/store";
import { type Html, html } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { auditSection } from "./audit-section.ts";

export function goneAccountPage(
  page: PageState & { audit: readonly AuditDocument[]; at: Date; notice: string | undefined },
): Html {
  return layout({
    ...page,
    title: "Account forgotten",
    content: html`<p class="trail"><a href="/accounts">Accounts</a></p>
      <div class="title"><h1>This account was forgotten</h1></div>
      <p class="notice wait">Only its audit log is still stored. A new install by the customer brings it back.</p>
      ${auditSection(page.audit, page.at)}`,
  });
}
