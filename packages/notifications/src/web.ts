// By HTTP: a webhook of the operator's own after Standard Webhooks, and one that is compatible with Slack's
// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

import type { GuardedFetch } from "@fleetkeeper/http";
import { readSigningKey, signStandardWebhook } from "@fleetkeeper/webhooks";
import { NotificationRefusedError } from "./errors.ts";
import { type Message, subjectOf, textOf } from "./words.ts";

/** @throws NotificationRefusedError, and what the fetch throws */
export function createWebhook(
  { url, secret }: { url: string; secret: string },
  { fetch, now }: { fetch: GuardedFetch; now: () => Date },
) {
  const key = readSigningKey(secret);
  return async ({ id, at, opened, over, isTest }: Message): Promise<void> => {
    const body = JSON.stringify({
      type: isTest ? "notification.test" : "notification",
      timestamp: at.toISOString(),
      data: { opened, over },
    });
    await post(fetch, url, body, signStandardWebhook({ id, timestamp: now(), body, secrets: [key] }));
  };
}

/** @throws NotificationRefusedError, and what the fetch throws */
export function createSlack(url: string, { fetch }: { fetch: GuardedFetch }) {
  return async (message: Message): Promise<void> =>
    post(fetch, url, JSON.stringify({ text: escaped(`*${subjectOf(message)}*\n${textOf(message)}`) }), {});
}

async function post(
  fetch: GuardedFetch,
  url: string,
  body: string,
  more: Record<string, string>,
): Promise<void> {
  const headers = { "content-type": "application/json", "user-agent": "fleetkeeper", ...more };
  const { status } = await fetch(url, { method: "POST", headers, body });
  if (status < 200 || status > 299) throw new NotificationRefusedError(status);
}

/** What Slack takes for a link, a mention or markup otherwise. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
