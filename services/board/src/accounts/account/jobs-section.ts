// The jobs about an account that failed, and where all are on the Bull board. What is at work is shown with
// the syncs.

import { type Html, html } from "../../html/html.ts";
import { jobPath, queuePath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { presentable } from "../../queues/bull-board/presentable.ts";
import type { AccountFacts } from "./read.ts";

export function jobsSection({ failedJobs, at }: AccountFacts): Html {
  if (failedJobs?.length === 0)
    return html`<p class="faint">No job of this account has failed. ${allJobs}</p>`;
  return html`<section aria-labelledby="jobs-title">
    <h2 id="jobs-title">Jobs</h2>
    <div class="card">
      ${failedList(failedJobs, at)}
      <p class="faint">${allJobs}</p>
    </div>
  </section>`;
}

const allJobs = html`All jobs: <a href="${queuePath("install")}">install</a>, <a href="${queuePath("prewarm")}">prewarm</a>, <a href="${queuePath("sync")}">sync</a>`;

function failedList(failedJobs: AccountFacts["failedJobs"], now: Date): Html {
  if (failedJobs === undefined) return html`<p>Redis does not answer: failed jobs cannot be shown.</p>`;
  return html`<ul class="lines">${failedJobs.map(
    ({ queue, jobId, reason, failedAt }) =>
      html`<li>
        <a href="${jobPath(queue, jobId)}">${queue}</a> failed ${timeTag(failedAt, now)}
        <small>${presentable(reason)}</small>
      </li>`,
  )}</ul>`;
}
