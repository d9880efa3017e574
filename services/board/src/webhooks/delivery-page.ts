// One delivery of a webhook: what came, its payload, and the runs that read what it reported.

import type { RefreshedSync } from "@fleetkeeper/model";
import { answersInWords, clock, count, outcomesInWords, type WebhookReader } from "@fleetkeeper/operator";
import type { DeliveryRow } from "@fleetkeeper/store";
import type { Role } from "../auth/identity.ts";
import { copyable } from "../html/copyable.ts";
import { fact } from "../html/fact.ts";
import { type Html, html, livePart } from "../html/html.ts";
import { layout, type PageState } from "../html/layout.ts";
import {
  accountPath,
  deliveriesPath,
  deliveryPath,
  endpointPath,
  replayPath,
  runPath,
} from "../html/paths.ts";
import { timeTag } from "../html/time.ts";
import { badge, capitalised } from "../html/words.ts";
import type { Fragment } from "../live/live-hub.ts";

export interface DeliveryFacts {
  at: Date;
  delivery: DeliveryRow;
  /** Undefined where the board has no key that opens it. */
  payload: string | undefined;
  readers: { refreshed: RefreshedSync; reader: WebhookReader }[];
  /** Its endpoint is there; false after it was removed. */
  hasEndpoint: boolean;
}

/** Of a payload so much is kept. */
const keptBytes = 32 * 1_024;

export function deliveryPage(page: PageState & { facts: DeliveryFacts; notice: string | undefined }): Html {
  const { facts, identity } = page;
  const { _id, installationId, type } = facts.delivery;
  return layout({
    ...page,
    title: `Webhook ${type ?? "without a type"}`,
    live: `${deliveryPath(_id)}/events`,
    content: html`<p class="trail"><a href="${deliveriesPath()}">Webhooks</a> · <a href="${accountPath(installationId)}">${installationId}</a></p>
      ${deliveryFragments(facts, identity?.role ?? "viewer").map(livePart)}`,
  });
}

export function deliveryFragments(facts: DeliveryFacts, role: Role): Fragment[] {
  const { _id } = facts.delivery;
  return [
    { id: "heading", html: heading(facts) },
    {
      id: "actions",
      html:
        role === "operator" && facts.hasEndpoint
          ? html`<p class="actions"><a class="button quiet" href="${replayPath(_id)}">Replay</a></p>`
          : html``,
    },
    { id: "facts", html: factList(facts) },
    { id: "set-off", html: setOff(facts) },
    { id: "payload", html: payloadSection(facts) },
  ];
}

function heading({ delivery, at }: DeliveryFacts): Html {
  const { outcome, type } = delivery;
  return html`<div class="title">
    <h1>${type ?? "Without a type"} ${badge(outcomesInWords[outcome].mood, outcome)}</h1>
    <p class="faint">As of <time datetime="${at.toISOString()}">${clock(at)}</time></p>
  </div>`;
}

function factList({ delivery, hasEndpoint, at }: DeliveryFacts): Html {
  const { messageId, endpointId, receivedAt, bytes, outcome, replayedAt, installationId } = delivery;
  const endpoint = html`<code>${endpointId}</code>`;
  return html`<section class="card" aria-label="What came">
    <dl>
      ${fact("Outcome", html`${capitalised(outcomesInWords[outcome].text)}`)}
      ${fact("Received", timeTag(receivedAt, at))}
      ${replayedAt === undefined ? "" : fact("Replayed", timeTag(replayedAt, at))}
      ${fact("Account", html`<a href="${accountPath(installationId)}">${installationId}</a>`)}
      ${fact("Endpoint", hasEndpoint ? html`<a href="${endpointPath(endpointId)}">${endpoint}</a>` : html`${endpoint}, removed`)}
      ${fact("Message id", copyable(messageId))}
      ${fact("Payload", html`${count(bytes)} bytes`)}
    </dl>
  </section>`;
}

function setOff({ delivery, readers, at }: DeliveryFacts): Html {
  return html`<section aria-labelledby="set-off-title">
    <h2 id="set-off-title">Syncs it started</h2>
    ${
      readers.length === 0
        ? html`<p class="card">${capitalised(outcomesInWords[delivery.outcome].text)}.</p>`
        : html`<ul class="card lines">${readers.map(
            ({ refreshed: { sync, answer, at: askedAt }, reader: { run, text } }) => {
              const reading =
                run === undefined ? html`${text}` : html`<a href="${runPath(run._id)}">${text}</a>`;
              const isAnswer = text === answersInWords[answer];
              return html`<li><strong>${sync}</strong> asked ${timeTag(askedAt, at)}: ${isAnswer ? "" : `${answersInWords[answer]}; `}${reading}</li>`;
            },
          )}</ul>`
    }
  </section>`;
}

function payloadSection({ payload, delivery }: DeliveryFacts): Html {
  return html`<section aria-labelledby="payload-title">
    <h2 id="payload-title">Payload</h2>
    <div class="card">${
      payload === undefined
        ? html`<p>It cannot be opened: WEBHOOK_KEY is not set here, or lacks its key.</p>`
        : payload === ""
          ? html`<p>It is empty.</p>`
          : html`${delivery.bytes > keptBytes ? html`<p class="faint">Its first 32 KiB; the rest was not kept.</p>` : ""}
            <pre tabindex="0" aria-label="Payload">${readable(payload)}</pre>`
    }</div>
  </section>`;
}

/** With indents where it is JSON that they do not change; as it came where it is not. */
function readable(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload);
    return JSON.stringify(value) === payload ? JSON.stringify(value, null, 2) : payload;
  } catch {
    return payload;
  }
}
