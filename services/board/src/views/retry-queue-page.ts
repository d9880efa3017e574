// The question before all failed jobs of a queue are started again.

import type { QueueName } from "@fleetkeeper/jobs";
import type { AuditDocument } from "@fleetkeeper/store";
import { questionPage } from "./accounts/confirm-page.ts";
import { type Html, html } from "./html.ts";
import type { PageState } from "./layout.ts";
import { timeTag } from "./time.ts";

export function retryQueuePage(
  page: PageState & { queue: QueueName; before: readonly AuditDocument[]; at: Date },
): Html {
  const { queue, before, at } = page;
  return questionPage({
    ...page,
    question: `Retry all failed jobs of ${queue}?`,
    consequence: "Every failed job of this queue, of whatever account, is started again.",
    fields:
      before.length === 0
        ? undefined
        : html`<p class="faint">Done before: ${before.map((entry) => html`by ${entry.who} ${timeTag(entry.at, at)} `)}</p>`,
    verb: "Retry failed jobs",
    irrevocable: false,
    postTo: `/retry-failed/${queue}`,
    back: "/",
  });
}
