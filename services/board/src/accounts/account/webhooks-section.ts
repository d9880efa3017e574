// The account's webhooks: how each endpoint does, and what arrived last.

import type { Role } from "../../auth/identity.ts";
import { type Html, html } from "../../html/html.ts";
import { addEndpointPath, deliveriesPath } from "../../html/paths.ts";
import { deliveryTable } from "../../webhooks/delivery-table.ts";
import { endpointTable } from "../../webhooks/endpoint-table.ts";
import type { AccountFacts } from "./read.ts";

export function webhooksSection({ installation, endpoints, deliveries, at }: AccountFacts, role: Role): Html {
  const { _id } = installation;
  return html`<section aria-labelledby="webhooks-title">
    <h2 id="webhooks-title">Webhooks</h2>
    ${
      endpoints.length === 0
        ? html`<p class="card">No endpoint: changes at Trackunit are read by schedule.</p>`
        : endpointTable(endpoints, at, { withAccount: false })
    }
    ${role === "operator" ? html`<p class="actions after"><a class="button quiet" href="${addEndpointPath(_id)}">Add endpoint</a></p>` : ""}
    ${
      deliveries.length === 0
        ? ""
        : html`<p class="faint">The last deliveries; <a href="${deliveriesPath({ account: _id })}">all of them</a>:</p>
          ${deliveryTable(deliveries, at, { withAccount: false })}`
    }
  </section>`;
}
