// The endpoints of all accounts, one page of them.

import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { pager } from "../html/pager.ts";
import { endpointsPath } from "../html/paths.ts";
import { type EndpointFacts, endpointTable } from "./endpoint-table.ts";
import { webhooksNavigation } from "./navigation.ts";

export interface EndpointsFacts {
  at: Date;
  endpoints: EndpointFacts[];
  /** `after` of this page, and of the next one; undefined on the first, and on the last. */
  after: string | undefined;
  next: string | undefined;
}

export function endpointsPage(page: PageState & { facts: EndpointsFacts; notice: string | undefined }): Html {
  const { at, endpoints, after, next } = page.facts;
  return layout({
    ...page,
    title: "Webhook endpoints",
    content: html`<div class="title">
        <h1>Webhooks</h1>
        ${webhooksNavigation("endpoints")}
      </div>
      ${
        endpoints.length === 0
          ? html`<p class="card">There is no endpoint${after === undefined ? "" : " on this page"}. The page of an <a href="/accounts">account</a> makes one.</p>`
          : endpointTable(endpoints, at, { withAccount: true })
      }
      ${pager({ after, next, pathOf: endpointsPath })}`,
  });
}
