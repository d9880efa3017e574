// The page of one account: what is wrong first, then what it does, holds and did.

import { clock, stateMoods } from "@fleetkeeper/operator";
import type { Role } from "../../auth/identity.ts";
import { withCodes } from "../../html/codes.ts";
import { type Html, html, livePart } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { noticesByMood } from "../../html/notices-by-mood.ts";
import { accountPath, actionPath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { Fragment } from "../../live/live-hub.ts";
import { type AccountAction, nameOf } from "../actions/action.ts";
import { accountActions } from "../actions/actions.ts";
import { auditSection } from "./audit-section.ts";
import { credentialSection } from "./credential-section.ts";
import { jobsSection } from "./jobs-section.ts";
import { type Problem, problemsOf } from "./problems.ts";
import type { AccountFacts } from "./read.ts";
import { requestsSection } from "./requests-section.ts";
import { runsSection } from "./runs-section.ts";
import { setAsideSection } from "./set-aside-section.ts";
import { syncsSection } from "./syncs-section.ts";
import { webhooksSection } from "./webhooks-section.ts";

export function accountPage(page: PageState & { facts: AccountFacts; notice: string | undefined }): Html {
  const { facts, identity } = page;
  const { installation } = facts;
  return layout({
    ...page,
    title: nameOf({ installation, sync: undefined }),
    live: `${accountPath(installation._id)}/events`,
    content: html`<p class="trail"><a href="/accounts">Accounts</a></p>
      ${accountFragments(facts, identity?.role ?? "viewer").map(livePart)}`,
  });
}

export function accountFragments(facts: AccountFacts, role: Role): Fragment[] {
  return [
    { id: "heading", html: heading(facts) },
    { id: "problems", html: problemList(problemsOf(facts), facts.at) },
    { id: "actions", html: role === "operator" ? actionBar(facts) : html`` },
    { id: "syncs", html: syncsSection(facts, role) },
    { id: "credential", html: credentialSection(facts) },
    { id: "runs", html: runsSection(facts) },
    { id: "set-aside", html: setAsideSection(facts) },
    { id: "jobs", html: jobsSection(facts) },
    { id: "webhooks", html: webhooksSection(facts) },
    { id: "requests", html: requestsSection(facts) },
    { id: "audit", html: auditSection(facts.audit, facts.at) },
  ];
}

function heading({ installation, at }: AccountFacts): Html {
  const { accountId, irisAppId, state, installedAt } = installation;
  return html`<div class="title">
    <div>
      <h1>${accountId} ${badge(stateMoods[state], state)}</h1>
      <p class="faint">${irisAppId} · installed ${timeTag(installedAt, at)}</p>
    </div>
    <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
  </div>`;
}

function problemList(problems: Problem[], now: Date): Html {
  if (problems.length === 0) return html`<p class="notice good">Nothing is wrong here.</p>`;
  return noticesByMood(
    problems.map(({ mood, text, until }) => ({
      mood,
      line: html`${withCodes(text)}${until !== null && until > now ? html`; tried again ${timeTag(until, now)}` : ""}`,
    })),
  );
}

function actionBar({ installation, failedJobs = [] }: AccountFacts): Html {
  const { syncNow, pause, resume, refreshToken, retryFailed, rollback, acceptClient, forget } =
    accountActions;
  const canRefresh = installation.inForceSince !== null || installation.candidates.length > 0;
  const offered: AccountAction[] = [
    ...(installation.state === "active" ? [syncNow] : []),
    ...(installation.state === "paused" ? [resume] : [...(canRefresh ? [refreshToken] : []), pause]),
    ...(installation.clientChange === null ? [] : [acceptClient]),
    ...(installation.former.length > 0 ? [rollback] : []),
    ...(failedJobs.length > 0 ? [retryFailed] : []),
    forget,
  ];
  return html`<p class="actions">${offered.map(
    (action, index) =>
      html`<a class="button ${index === 0 ? "" : "quiet"} ${action.irrevocable ? "danger" : ""}" href="${actionPath(action, installation._id)}">${action.verb}</a>`,
  )}</p>`;
}
