// The page of one account: what is wrong first, then one tab of what it does, holds and did.

import { clock, nameOfAccount, stateMoods } from "@fleetkeeper/operator";
import type { Role } from "../../auth/identity.ts";
import { withCodes } from "../../html/codes.ts";
import { copyable } from "../../html/copyable.ts";
import { type Html, html, livePart } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { noticesByMood } from "../../html/notices-by-mood.ts";
import { accountEventsPath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { Fragment } from "../../live/live-hub.ts";
import { nameOf } from "../actions/action.ts";
import { actionForm } from "../actions/one-step.ts";
import { type Problem, problemsOf } from "./problems.ts";
import type { AccountFacts } from "./read.ts";
import { partsOf, type TabName, tabBar } from "./tabs.ts";

interface AccountPage extends PageState {
  facts: AccountFacts;
  tab: TabName;
  notice: string | undefined;
}

export function accountPage(page: AccountPage): Html {
  const { facts, identity, tab } = page;
  const { installation } = facts;
  return layout({
    ...page,
    title: nameOf({ installation, sync: undefined }),
    // A page of records stays as it is: what is looked at should not move.
    ...(tab === "records" ? {} : { live: accountEventsPath(installation._id, tab) }),
    content: html`<p class="trail"><a href="/accounts">Accounts</a></p>
      ${actionForm(page.csrfToken)}
      ${accountFragments(facts, identity?.role ?? "viewer", tab).map(livePart)}`,
  });
}

export function accountFragments(facts: AccountFacts, role: Role, tab: TabName): Fragment[] {
  return [
    { id: "heading", html: heading(facts) },
    { id: "problems", html: problemList(problemsOf(facts), facts.at) },
    { id: "tabs", html: tabBar(facts, tab) },
    ...partsOf(tab, facts, role),
  ];
}

function heading({ installation, at }: AccountFacts): Html {
  const { accountId, irisAppId, state, installedAt, note } = installation;
  const name = nameOfAccount(installation);
  return html`<div class="title">
    <div>
      <h1>${name ?? accountId} ${badge(stateMoods[state], state)}</h1>
      <p class="faint">${copyable(accountId)} · ${irisAppId} · installed ${timeTag(installedAt, at)}</p>
      ${note ? html`<p class="note">${note}</p>` : ""}
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
