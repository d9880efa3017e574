// `/notifications`: the channels and their state, and the reported problems that still exist.

import type { ChannelStanding, NotificationState, notificationChannels } from "@fleetkeeper/model";
import type { QuietHours } from "@fleetkeeper/notifications";
import { counted, duration } from "@fleetkeeper/operator";
import { withCodes } from "../html/codes.ts";
import { type Html, html } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import { notificationsPath } from "../html/paths.ts";
import { tableHead } from "../html/table-head.ts";
import { timeTag } from "../html/time.ts";
import { badge } from "../html/words.ts";

/** What the page shows. */
export interface NotificationFacts {
  /** Those that are configured, in words: `2 addresses`. */
  channels: readonly { name: (typeof notificationChannels)[number]; to: string }[];
  windowMs: number;
  failedRuns: number;
  quietHours?: QuietHours | undefined;
  /** Null before a board that tells looked first. */
  state: NotificationState | null;
  at: Date;
}

/** What came of a test, by channel; `code` null where it was taken. */
export type TestResults = readonly { channel: string; code: string | null; message: string }[];

export function notificationsPage(
  page: PageState & { facts: NotificationFacts; results?: TestResults | undefined },
): Html {
  const { facts, results, identity, csrfToken } = page;
  const { channels, windowMs, failedRuns, quietHours } = facts;
  const isOn = channels.length > 0;
  return layout({
    ...page,
    path: notificationsPath,
    title: "Notifications",
    content: html`<div class="title"><h1>Notifications</h1></div>
      ${
        isOn
          ? html`<p>Operators are notified of what the overview shows in red, and of mass deletions that are held back: all within ${duration(windowMs)} in one message, a sync once it has failed ${counted(failedRuns, "time")} in a row, and again when the problem is over${quietHours === undefined ? "" : `; never from ${clockOf(quietHours.from)} to ${clockOf(quietHours.until)} (${quietHours.timeZone})`}.</p>`
          : html`<p class="notice wait">No notifications are sent. Set the variables <code>NOTIFICATIONS_…</code> of the board: e-mail, a webhook, Slack.</p>`
      }
      ${results === undefined ? "" : resultList(results)}
      ${isOn ? channelTable(facts) : ""}
      ${
        isOn && identity?.role === "operator"
          ? html`<form method="post" action="${notificationsPath}">
              <input type="hidden" name="_csrf" value="${csrfToken}">
              <p class="actions"><button>Send a test</button></p>
            </form>`
          : ""
      }
      ${isOn ? standingTable(facts) : ""}`,
  });
}

function resultList(results: TestResults): Html {
  return html`<section role="status" aria-label="The test">${results.map(
    ({ channel, code, message }) =>
      html`<p class="notice ${code === null ? "good" : "bad"}">${channel}: ${code === null ? "the test was accepted" : withCodes(`${code} ${message}`)}</p>`,
  )}</section>`;
}

function channelTable({ channels, state, at }: NotificationFacts): Html {
  return html`<table class="cards" aria-label="Ways">
    ${tableHead(["By", "To", "Now", "Last message"])}
    <tbody>${channels.map(({ name, to }) => {
      const standing = state?.channels[name];
      return html`<tr>
        <th scope="row">${name}</th>
        <td data-label="To">${to}</td>
        <td data-label="Now">${channelNow(standing, at)}</td>
        <td data-label="Last message">${standing?.lastSuccessAt ? timeTag(standing.lastSuccessAt, at) : "none"}</td>
      </tr>`;
    })}</tbody>
  </table>`;
}

function channelNow(standing: ChannelStanding | undefined, at: Date): Html {
  const tried = standing?.lastTryAt ? html`, last tried ${timeTag(standing.lastTryAt, at)}` : "";
  if (standing?.failingSince)
    return html`${badge("bad", "fails")} <small>${withCodes(standing.code ?? "")}, since ${timeTag(standing.failingSince, at)}${tried}</small>`;
  return standing?.lastSuccessAt == null ? html`nothing was sent yet` : badge("good", "works");
}

function standingTable({ state, at }: NotificationFacts): Html {
  const standing = state?.standing ?? [];
  const waiting = state?.outbox.length ?? 0;
  return html`<section aria-labelledby="standing-title">
    <h2 id="standing-title">Present problems</h2>
    ${waiting === 0 ? "" : html`<p class="notice wait">${counted(waiting, "message")} could not be sent everywhere yet: each is tried again for a day.</p>`}
    ${
      standing.length === 0
        ? html`<p class="notice good">There is no problem to notify operators of.</p>`
        : html`<table class="cards" aria-label="Present problems">
            ${tableHead(["What", "Notified", "Since then"])}
            <tbody>${standing.map(
              ({ text, link, toldAt, untoldSince, goneSince }) => html`<tr>
                <th scope="row">${link === undefined ? text : html`<a href="${link}">${text}</a>`}</th>
                <td data-label="Notified">${toldAt === null ? "not yet" : timeTag(toldAt, at)}</td>
                <td data-label="Since then">${goneSince !== null ? html`over ${timeTag(goneSince, at)}` : untoldSince !== null ? html`waits since ${timeTag(untoldSince, at)}` : "unchanged"}</td>
              </tr>`,
            )}</tbody>
          </table>`
    }
  </section>`;
}

function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
