// The jobs about an account that failed, and where to look for the others on the Bull board.

import type { SyncDocument } from "@fleetkeeper/store";
import { type Html, html } from "../../html/html.ts";
import { jobPath, queuePath } from "../../html/paths.ts";
import { timeTag } from "../../html/time.ts";
import { presentable } from "../../queues/bull-board/presentable.ts";
import type { AccountFacts } from "./read.ts";

export function jobsSection({ failedJobs, syncs, at }: AccountFacts): Html {
  const present = syncs.flatMap((sync) => presentJob(sync) ?? []);
  return html`<section aria-labelledby="jobs-title">
    <h2 id="jobs-title">Jobs</h2>
    <div class="card">
      ${failedList(failedJobs, at)}
      ${present.length === 0 ? "" : html`<p>At work: ${present.map(({ sync, jobId }) => html`<a href="${jobPath("sync", jobId)}">${sync}</a> `)}</p>`}
      <p class="faint">All jobs: <a href="${queuePath("install")}">install</a>, <a href="${queuePath("prewarm")}">prewarm</a>, <a href="${queuePath("sync")}">sync</a></p>
    </div>
  </section>`;
}

function failedList(failedJobs: AccountFacts["failedJobs"], now: Date): Html {
  if (failedJobs === undefined) return html`<p>Redis does not answer: failed jobs cannot be shown.</p>`;
  if (failedJobs.length === 0) return html`<p>None of this account has failed.</p>`;
  return html`<ul class="lines">${failedJobs.map(
    ({ queue, jobId, reason, failedAt }) =>
      html`<li>
        <a href="${jobPath(queue, jobId)}">${queue}</a> failed ${timeTag(failedAt, now)}
        <small>${presentable(reason)}</small>
      </li>`,
  )}</ul>`;
}

/** The job that the fencing token of a sync at work stands for: each start of a run counts one on. */
function presentJob({
  _id,
  sync,
  waiting,
  fencingToken,
}: SyncDocument): { sync: string; jobId: string } | undefined {
  const token = { worker: fencingToken, running: fencingToken - 1 }[waiting.for as "worker" | "running"];
  return token === undefined ? undefined : { sync, jobId: `${_id.replace("/", ".")}.${token}` };
}
