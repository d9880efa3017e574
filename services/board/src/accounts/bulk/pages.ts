// The question before an action on many accounts, with its count, and how far it got.

import {
  type BulkPlan,
  count,
  counted,
  filterInWords,
  type Mood,
  outcomeInWords,
  planInWords,
} from "@fleetkeeper/operator";
import { withCodes } from "../../html/codes.ts";
import { fact } from "../../html/fact.ts";
import { type Html, html, livePart } from "../../html/html.ts";
import { layout, type PageState } from "../../html/layout.ts";
import { bulkRunPath, cancelBulkPath, listPath } from "../../html/paths.ts";
import { questionPage } from "../../html/question-page.ts";
import { tableHead } from "../../html/table-head.ts";
import { timeTag } from "../../html/time.ts";
import { badge } from "../../html/words.ts";
import type { Fragment } from "../../live/live-hub.ts";
import { actionForm, oneStepForm } from "../actions/one-step.ts";
import type { BulkProgress } from "./progress.ts";
import { addressOfBulk, type BulkRequest } from "./request.ts";
import { bulkWords } from "./words.ts";

/** Without an update for this long, the board that carried it out is gone. */
const silentMs = 60_000;

export function bulkQuestionPage(
  page: PageState & { request: BulkRequest; plan: BulkPlan; fault?: string | undefined },
): Html {
  const { request, plan } = page;
  const { verb, consequence } = bulkWords[plan.action];
  const { ids, named } = plan;
  const back = listPath(request.shown);
  if (ids.length === 0) return nothingToDoPage({ ...page, back, verb });
  const others = ids.length - named.length;
  return questionPage({
    ...page,
    question: `${verb}: ${counted(ids.length, "account")}?`,
    consequence: `${planInWords(plan)} ${consequence}`,
    fields: html`<dl>
        ${fact("Which", html`${whichInWords(request)}`)}
        ${fact("Among them", html`${named.join(", ")}${others > 0 ? ` and ${count(others)} more` : ""}`)}
      </dl>
      <p class="faint">Ten at a time; the next page shows how it goes. Each account's audit log has its entry.</p>
      <input type="hidden" name="counted" value="${ids.length}">`,
    verb: `${verb}: ${counted(ids.length, "account")}`,
    irrevocable: false,
    path: listPath(),
    postTo: addressOfBulk(request),
    back,
  });
}

function nothingToDoPage(
  page: PageState & { request: BulkRequest; plan: BulkPlan; back: string; verb: string },
): Html {
  const { request, plan, back, verb } = page;
  const isNoneTicked = request.filter.ids?.length === 0;
  return layout({
    ...page,
    path: listPath(),
    title: verb,
    content: html`<section class="card question">
      <h1>${verb}: no account</h1>
      <p>${isNoneTicked ? "No account is ticked. Tick some in the list first." : planInWords(plan)}</p>
      <p class="actions"><a class="button" href="${back}">Back to the accounts</a></p>
    </section>`,
  });
}

export interface BulkFacts {
  id: string;
  progress: BulkProgress;
  at: Date;
}

export function bulkRunPage(page: PageState & { facts: BulkFacts }): Html {
  const { id, progress } = page.facts;
  const title = titleOf(progress);
  return layout({
    ...page,
    path: listPath(),
    title,
    live: `${bulkRunPath(id)}/events`,
    content: html`<p class="trail"><a href="${listPath(progress.request.shown)}">Accounts</a></p>
      ${actionForm(page.csrfToken)}
      ${bulkRunFragments(page.facts).map(livePart)}`,
  });
}

export function bulkRunFragments({ id, progress, at }: BulkFacts): Fragment[] {
  const { who, request, accounts, outcome, startedAt } = progress;
  const { mood, label, text } = standingOf(progress, at);
  const through = accounts - outcome.left;
  return [
    {
      id: "bulk",
      html: html`<div class="title"><h1>${titleOf(progress)} ${badge(mood, label)}</h1></div>
      <section class="card">
        <p><label for="through">${count(through)} of ${count(accounts)}</label>
          <progress id="through" class="through" max="${accounts}" value="${through}"></progress></p>
        <p>${text}</p>
        <dl>
          ${fact("Which", html`${whichInWords(request)}`)}
          ${fact("Requested", html`by ${who} ${timeTag(new Date(startedAt), at)}`)}
          ${fact("So far", html`${outcomeInWords(outcome)}`)}
        </dl>
        ${buttons(id, progress, label)}
      </section>
      ${codeTable(outcome.codes)}`,
    },
  ];
}

function titleOf({ request, accounts }: BulkProgress): string {
  return `${bulkWords[request.action].verb}: ${counted(accounts, "account")}`;
}

function whichInWords({ filter }: BulkRequest): string {
  const { ids } = filter;
  return ids === undefined ? filterInWords(filter) : `${counted(ids.length, "ticked account")}`;
}

type Label = "running" | "done" | "ended early" | "not all done" | "broke off";

function standingOf(progress: BulkProgress, now: Date): { mood: Mood; label: Label; text: string | Html } {
  const { outcome, accounts, endedAt, endedBy, code, at } = progress;
  const isSilent = now.getTime() - Date.parse(at) > silentMs;
  if (endedAt === undefined && isSilent)
    return {
      mood: "bad",
      label: "broke off",
      text: "The board that runs it has reported nothing for a minute; it was probably restarted. What is done stays done. Ask again to do the rest.",
    };
  if (endedAt === undefined)
    return { mood: "busy", label: "running", text: "This page updates itself; you may leave it." };
  if (code !== undefined)
    return {
      mood: "bad",
      label: "broke off",
      text: html`${withCodes(`It broke off by ${code}.`)} What is done stays done. Ask again to do the rest.`,
    };
  if (outcome.done === accounts) return { mood: "good", label: "done", text: "It is done for all of them." };
  if (outcome.left > 0)
    return {
      mood: "wait",
      label: "ended early",
      text: `${whyEarly[endedBy ?? "fault"]} What is done stays done. Ask again to do the rest.`,
    };
  return {
    mood: "wait",
    label: "not all done",
    text: "Refused accounts were forgotten, or in another state, when their turn came.",
  };
}

const whyEarly = {
  cancel: "An operator cancelled it.",
  stop: "The board that ran it was stopped.",
  fault: "The last ten all failed, so it stopped.",
};

function buttons(id: string, { request }: BulkProgress, label: Label): Html {
  if (label === "running")
    return html`<p class="actions after"><button class="quiet" form="${oneStepForm}" formaction="${cancelBulkPath(id)}">Cancel the rest</button></p>`;
  return html`<p class="actions after">
    <a class="button quiet" href="${listPath(request.shown)}">Back to the accounts</a>
    ${label === "done" ? "" : html`<a class="button" href="${addressOfBulk(request)}">Ask again for the rest</a>`}
  </p>`;
}

function codeTable(codes: BulkProgress["outcome"]["codes"]): Html {
  const all = Object.entries(codes).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return html``;
  return html`<section aria-labelledby="codes-title">
    <h2 id="codes-title">Not done, by code</h2>
    <table aria-label="Not done, by code">
      ${tableHead(["Code", { number: "Accounts" }])}
      <tbody>${all.map(([code, number]) => html`<tr><th scope="row">${withCodes(code)}</th><td class="number">${count(number)}</td></tr>`)}</tbody>
    </table>
  </section>`;
}
