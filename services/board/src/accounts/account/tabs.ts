// The tabs of an account's page: their names, and the parts of the page that each has.

import { count } from "@fleetkeeper/operator";
import type { Role } from "../../auth/identity.ts";
import { type Html, html } from "../../html/html.ts";
import { accountPath } from "../../html/paths.ts";
import type { Fragment } from "../../live/live-hub.ts";
import { recordsSection } from "../records/section.ts";
import { actionsSection } from "./actions-section.ts";
import { auditSection } from "./audit-section.ts";
import { credentialSection } from "./credential-section.ts";
import { jobsSection } from "./jobs-section.ts";
import { limitsSection } from "./limits-section.ts";
import { namesSection } from "./names-section.ts";
import type { AccountFacts } from "./read.ts";
import { requestsSection } from "./requests-section.ts";
import { runsSection } from "./runs-section.ts";
import { scopesSection } from "./scopes-section.ts";
import { setAsideSection } from "./set-aside-section.ts";
import { syncsSection } from "./syncs-section.ts";
import { webhooksSection } from "./webhooks-section.ts";

/** In the order on the page; the first is shown where the address names none. */
export const tabNames = ["syncs", "records", "runs", "requests", "events", "settings"] as const;
export type TabName = (typeof tabNames)[number];

const texts: Record<TabName, string> = {
  syncs: "Syncs",
  records: "Records",
  runs: "Runs",
  requests: "Requests",
  events: "Events",
  settings: "Settings",
};

const parts: Record<TabName, (facts: AccountFacts, role: Role) => Fragment[]> = {
  syncs: (facts, role) => [
    { id: "actions", html: actionsSection(facts, role) },
    { id: "syncs", html: syncsSection(facts, role) },
    { id: "jobs", html: jobsSection(facts) },
  ],
  records: ({ installation, records, at }) => [
    {
      id: "records",
      html:
        records === undefined
          ? html``
          : recordsSection({ facts: records, installationId: installation._id, now: at }),
    },
  ],
  runs: (facts) => [
    { id: "runs", html: runsSection(facts) },
    { id: "set-aside", html: setAsideSection(facts) },
  ],
  requests: (facts) => [
    { id: "limits", html: limitsSection(facts) },
    { id: "requests", html: requestsSection(facts) },
  ],
  events: (facts, role) => [
    { id: "webhooks", html: webhooksSection(facts, role) },
    { id: "audit", html: auditSection(facts.audit, facts.at) },
  ],
  settings: (facts, role) => [
    { id: "actions", html: actionsSection(facts, role) },
    { id: "names", html: namesSection(facts, role) },
    { id: "scopes", html: scopesSection(facts) },
    { id: "credential", html: credentialSection(facts) },
  ],
};

export function partsOf(tab: TabName, facts: AccountFacts, role: Role): Fragment[] {
  return parts[tab](facts, role);
}

export function tabBar(facts: AccountFacts, current: TabName): Html {
  const { installation } = facts;
  return html`<nav class="tabs" aria-label="Of this account">${tabNames.map(
    (name) =>
      html`<a href="${accountPath(installation._id, name)}" ${name === current ? html`aria-current="page"` : ""}>${texts[name]}${tally(name, facts)}</a>`,
  )}</nav>`;
}

/** What in a tab needs attention. */
function tally(name: TabName, { setAside }: AccountFacts): Html {
  if (name !== "runs" || setAside.length === 0) return html``;
  return html` <span class="tally" title="set aside">${count(setAside.length)}</span>`;
}
