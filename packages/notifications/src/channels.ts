// The ways to an operator that are configured.

import { createGuardedFetch } from "@fleetkeeper/http";
import type { NotificationChannel } from "@fleetkeeper/model";
import { createMail, type MailSettings } from "./mail.ts";
import { createSlack, createWebhook } from "./web.ts";
import type { Message } from "./words.ts";

/** What is configured; a channel that is not is undefined. */
export interface ChannelSettings {
  mail: MailSettings | undefined;
  webhook: { url: string; secret: string } | undefined;
  slackUrl: string | undefined;
  /** Webhooks may also go into our own network, and by plain HTTP. */
  allowPrivate: boolean;
}

/** Sends one message, or throws why it was not taken; ends within half a minute. */
export type Send = (message: Message) => Promise<void>;

/** Close it when nothing is sent any more. */
export interface Channels {
  send: ReadonlyMap<NotificationChannel, Send>;
  close: () => Promise<void>;
}

const limits = { timeoutMs: 15_000, maxBytes: 4 * 1_024 };

/** @throws InvalidSigningKeyError */
export function createChannels(settings: ChannelSettings, now = () => new Date()): Channels {
  const { mail, webhook, slackUrl, allowPrivate } = settings;
  const fetch = createGuardedFetch({ ...limits, allowPrivate });
  const send = new Map<NotificationChannel, Send>();
  if (mail !== undefined) send.set("email", createMail(mail));
  if (webhook !== undefined) send.set("webhook", createWebhook(webhook, { fetch, now }));
  if (slackUrl !== undefined) send.set("slack", createSlack(slackUrl, { fetch }));
  return { send, close: () => fetch.close() };
}

/** One test by each channel. `code`: null where it was taken. */
export async function tryChannels(
  { send }: Channels,
  message: Omit<Message, "opened" | "over" | "isTest">,
): Promise<{ channel: NotificationChannel; code: string | null; message: string }[]> {
  return Promise.all(
    [...send].map(async ([channel, sendBy]) => {
      try {
        await sendBy({ ...message, opened: [], over: [], isTest: true });
        return { channel, code: null, message: "taken" };
      } catch (error) {
        return { channel, ...reasonOf(error) };
      }
    }),
  );
}

/** For a page and a log. */
export function reasonOf(error: unknown): { code: string; message: string } {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: typeof code === "string" ? code : "ERR_INTERNAL", message: String(message ?? error) };
}
