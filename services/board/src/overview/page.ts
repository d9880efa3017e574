// The overview: what needs somebody first, then the accounts, the last hour and the queues.

import { clock, count, duration } from "@fleetkeeper/operator";
import type { Role } from "../auth/identity.ts";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { noticesByMood } from "../html/notices-by-mood.ts";
import { accountPath, notificationsPath } from "../html/paths.ts";
import type { Fragment } from "../live/live-hub.ts";
import { queueTable } from "../queues/table.ts";
import { type Concern, concernsOf } from "./concerns.ts";
import { hourCard } from "./hour-card.ts";
import { lastHourOf } from "./last-hour.ts";
import { type AccountFacts, manyTokens, type OverviewFacts } from "./read.ts";

export function overviewPage(page: PageState & { facts: OverviewFacts; notice?: string | undefined }): Html {
  return layout({
    ...page,
    title: "Overview",
    live: "/events",
    content: html`${overviewFragments(page.facts, page.identity?.role ?? "viewer").map(livePart)}`,
  });
}

export function overviewFragments(facts: OverviewFacts, role: Role): Fragment[] {
  const { at, redis, mongodb } = facts;
  return [
    {
      id: "heading",
      html: html`<div class="title">
        <h1>Overview</h1>
        <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
      </div>`,
    },
    {
      id: "concerns",
      html: html`${concernList(concernsOf(facts))}
        <p class="faint"><a href="${notificationsPath}">Who is told</a> of what needs somebody</p>`,
    },
    { id: "accounts", html: mongodb === undefined ? html`` : accountTiles(mongodb, at) },
    { id: "last-hour", html: redis === undefined ? html`` : lastHour(redis.minutes) },
    { id: "queue-states", html: redis === undefined ? html`` : queueTable(redis.queues, role, at) },
  ];
}

function concernList(concerns: Concern[]): Html {
  if (concerns.length === 0)
    return html`<p class="notice good">Nothing needs you: every sync of every active account works.</p>`;
  return noticesByMood(
    concerns.map(({ mood, text, link }) => ({
      mood,
      line: link === undefined ? html`${text}` : html`<a href="${link}">${text}</a>`,
    })),
  );
}

function accountTiles({ states, health, lagMs, dueTokens }: AccountFacts, now: Date): Html {
  const { accounts, isMore, oldest } = health;
  const fresh = Math.max(0, states.active - dueTokens);
  return html`<section aria-labelledby="accounts-title">
    <h2 id="accounts-title">Accounts</h2>
    <dl class="tiles">
      ${tile("Active", count(states.active), { link: "/accounts?state=active" })}
      ${tile("With failing syncs", `${count(accounts)}${isMore ? " or more" : ""}`, { link: "/accounts?failing=any", mark: accounts > 0 ? "bad" : "" })}
      ${tile("Paused", count(states.paused), { link: "/accounts?state=paused", mark: states.paused > 0 ? "wait" : "" })}
      ${tile("Revoked, token refused", count(states.revoked), { link: "/accounts?state=revoked", mark: states.revoked > 0 ? "bad" : "" })}
      ${tile("Tokens not yet due", dueTokens >= manyTokens ? `under ${count(fresh)}` : count(fresh), {})}
      ${tile("Token renewals due", dueTokens >= manyTokens ? `${count(manyTokens)} or more` : count(dueTokens), { mark: dueTokens > 0 ? "wait" : "" })}
      ${oldest === null ? "" : tile("Oldest data", duration(now.getTime() - oldest.lastSuccessAt.getTime()), { link: accountPath(oldest.installationId) })}
      ${tile("Schedule lag", duration(lagMs), { mark: lagMs > 60_000 ? "bad" : "" })}
    </dl>
  </section>`;
}

function tile(name: string, value: string, { link, mark = "" }: { link?: string; mark?: string }): Html {
  return html`<div class="${mark}"><dt>${name}</dt><dd>${link === undefined ? value : html`<a href="${link}">${value}</a>`}</dd></div>`;
}

function lastHour(minutes: Parameters<typeof lastHourOf>[0]): Html {
  return html`<section aria-labelledby="last-hour-title">
    <h2 id="last-hour-title">The last hour</h2>
    <div class="columns">
    ${hourCard({ id: "callbacks", title: "Callbacks", words: { good: "accepted", bad: "refused" }, hour: lastHourOf(minutes, "callbacks") })}
    ${hourCard({ id: "tokens", title: "Token requests", words: { good: "granted", bad: "failed" }, hour: lastHourOf(minutes, "tokens") })}
    ${hourCard({ id: "runs", title: "Sync runs", words: { good: "succeeded", bad: "failed" }, hour: lastHourOf(minutes, "runs") })}
    </div>
  </section>`;
}
