// The overview: what needs an operator first, then the accounts, an hour, a day or a week of counts, the
// queues, and what happened last.

import { clock, count, duration } from "@fleetkeeper/operator";
import type { Role } from "../auth/identity.ts";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { noticesByMood } from "../html/notices-by-mood.ts";
import { accountPath, notificationsPath } from "../html/paths.ts";
import { capitalised } from "../html/words.ts";
import type { Fragment } from "../live/live-hub.ts";
import { queueTable } from "../queues/table.ts";
import { type Concern, concernsOf } from "./concerns.ts";
import { lastHour, overviewPath, type Range, ranges } from "./range.ts";
import { type AccountFacts, manyTokens, type OverviewFacts, type QueueFacts } from "./read.ts";
import { recentEvents } from "./recent.ts";
import { type Source, tallyOf } from "./tally.ts";
import { type TallyCard, tallyCard } from "./tally-card.ts";

export function overviewPage(page: PageState & { facts: OverviewFacts; notice?: string | undefined }): Html {
  const range = page.facts.redis?.past?.range ?? lastHour;
  return layout({
    ...page,
    title: "Overview",
    live: overviewPath(range, "/events"),
    isWide: true,
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
        <p class="faint"><a href="${notificationsPath}">Who is notified</a> of these problems</p>`,
    },
    { id: "accounts", html: mongodb === undefined ? html`` : accountTiles(mongodb, at) },
    { id: "past", html: redis === undefined ? html`` : past(redis) },
    { id: "queue-states", html: redis === undefined ? html`` : queueTable(redis.queues, role, at) },
    { id: "recent", html: mongodb?.recent === undefined ? html`` : recentEvents(mongodb.recent, at) },
  ];
}

function concernList(concerns: Concern[]): Html {
  if (concerns.length === 0)
    return html`<p class="notice good">Nothing to do: every sync of every active account works.</p>`;
  return noticesByMood(
    concerns.map(({ mood, text, link }) => ({
      mood,
      line: link === undefined ? html`${text}` : html`<a href="${link}">${text}</a>`,
    })),
  );
}

function accountTiles({ states, health, lagMs, dueTokens, medianAgeMs }: AccountFacts, now: Date): Html {
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
      ${medianAgeMs === undefined ? "" : tile("Median age of data", duration(medianAgeMs), {})}
      ${tile("Schedule lag", duration(lagMs), { mark: lagMs > 60_000 ? "bad" : "" })}
    </dl>
  </section>`;
}

function tile(name: string, value: string, { link, mark = "" }: { link?: string; mark?: string }): Html {
  return html`<div class="${mark}"><dt>${name}</dt><dd>${link === undefined ? value : html`<a href="${link}">${value}</a>`}</dd></div>`;
}

const cards: (TallyCard & { sources: Source[] })[] = [
  card("callbacks", "Callbacks", { good: "accepted", bad: "refused" }),
  card("installs", "Installs", { good: "in force", bad: "refused" }),
  card("tokens", "Token requests", { good: "granted", bad: "failed" }),
  card("runs", "Sync runs", { good: "succeeded", bad: "failed" }),
  card("api", "API requests", { good: "answered", wait: "held by limits", bad: "failed" }, "put-off"),
  card("records", "Records", { good: "changed", bad: "set aside" }),
];

function card(id: Source, title: string, words: TallyCard["words"], ...more: Source[]) {
  return { id, title, words, sources: [id, ...more] };
}

function past({ minutes, past }: QueueFacts): Html {
  const { range, stats } = past ?? { range: lastHour, stats: minutes };
  return html`<section aria-labelledby="past-title">
    <div class="title">
      <h2 id="past-title">${capitalised(range.words)}</h2>
      <nav class="choices" aria-label="How far back">${ranges.map((one) => rangeLink(one, one.name === range.name))}</nav>
    </div>
    <div class="charts">${cards.map(({ sources, ...one }) => tallyCard(one, tallyOf(stats, ...sources), range))}</div>
  </section>`;
}

function rangeLink(range: Range, isShown: boolean): Html {
  return html`<a href="${overviewPath(range)}" ${isShown ? html`aria-current="true"` : ""} title="${capitalised(range.words)}">${range.name.replace(/(?=[hd])/, " ")}</a>`;
}
