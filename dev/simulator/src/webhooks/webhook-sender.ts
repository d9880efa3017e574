// Sends data webhooks as Svix does: signed, tried again on its schedule, with the same id each time. Sources:
// Svix's documentation (retries, headers), Standard Webhooks (signature). Payloads are our own: Trackunit
// documents none.
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { type Dispatcher, request } from "undici";
import type { Settings } from "../settings.ts";
import type { WebhookEvent } from "./webhook-events.ts";

export interface WebhookTarget {
  url: string;
  /** `whsec_…` */
  key: string;
}

export interface SentWebhook {
  id: string;
  accountId: string;
  type: string;
  /** In their order; the status is undefined where there was no answer. */
  attempts: { at: Date; status: number | undefined }[];
}

/** Waits before the second and each later attempt, in milliseconds. */
const retriesMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];
const answerWithinMs = 15_000;
const maxKept = 1_000;
/** Messages that may wait for their next attempt. */
const maxRetrying = 10_000;
const atATime = 20;

export function newSigningKey(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}

export class WebhookSender {
  readonly #settings: Settings;
  readonly #dispatcher: Dispatcher;
  readonly #closing: AbortSignal;
  readonly #now: () => Date;
  readonly #targets = new Map<string, WebhookTarget[]>();
  readonly #sent: SentWebhook[] = [];
  #retrying = 0;

  constructor(options: {
    settings: Settings;
    dispatcher: Dispatcher;
    closing: AbortSignal;
    now: () => Date;
  }) {
    this.#settings = options.settings;
    this.#dispatcher = options.dispatcher;
    this.#closing = options.closing;
    this.#now = options.now;
  }

  add(accountId: string, target: WebhookTarget): void {
    this.#targets.set(accountId, [...this.targetsOf(accountId), target]);
  }

  targetsOf(accountId: string): WebhookTarget[] {
    return this.#targets.get(accountId) ?? [];
  }

  /** The newest last, at most 1 000. */
  sent(): readonly SentWebhook[] {
    return this.#sent;
  }

  /**
   * Resolves after the first attempt of each event at each target of the account; later attempts follow on
   * their own.
   */
  async send(accountId: string, events: readonly WebhookEvent[]): Promise<SentWebhook[]> {
    const { webhookCopies, webhookReorder } = this.#settings;
    const messages = this.targetsOf(accountId).flatMap((target) =>
      events.map((event) => ({
        target,
        body: JSON.stringify({ type: event.type, timestamp: this.#now().toISOString(), data: event.data }),
        sent: this.#keep({ id: `msg_${randomBytes(16).toString("hex")}`, accountId, type: event.type }),
      })),
    );
    const all = Array.from({ length: webhookCopies }, () => messages).flat();
    if (webhookReorder) all.reverse();
    for (let start = 0; start < all.length; start += atATime)
      await Promise.all(all.slice(start, start + atATime).map((message) => this.#attempt(message)));
    return messages.map(({ sent }) => sent);
  }

  #keep(facts: Omit<SentWebhook, "attempts">): SentWebhook {
    const sent: SentWebhook = { ...facts, attempts: [] };
    this.#sent.push(sent);
    if (this.#sent.length > maxKept) this.#sent.shift();
    return sent;
  }

  async #attempt(message: Message): Promise<void> {
    if (this.#closing.aborted) return;
    const at = this.#now();
    const attempt: SentWebhook["attempts"][number] = { at, status: undefined };
    const waitMs = retriesMs[message.sent.attempts.push(attempt) - 1];
    attempt.status = await this.#post(message, at).catch(() => undefined);
    const isDone = attempt.status !== undefined && attempt.status < 300;
    if (isDone || waitMs === undefined || this.#retrying >= maxRetrying) return;
    this.#retrying++;
    const timer = setTimeout(() => {
      this.#retrying--;
      void this.#attempt(message);
    }, waitMs * this.#settings.webhookRetryScale);
    timer.unref();
    this.#closing.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  async #post({ target, body, sent }: Message, at: Date): Promise<number> {
    const family = this.#settings.webhookHeaders;
    const answer = await request(target.url, {
      method: "POST",
      dispatcher: this.#dispatcher,
      body,
      headers: {
        "content-type": "application/json",
        [`${family}-id`]: sent.id,
        [`${family}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
        [`${family}-signature`]: new Webhook(target.key).sign(sent.id, at, body),
      },
      signal: AbortSignal.any([this.#closing, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body.dump();
    return answer.statusCode;
  }
}

interface Message {
  target: WebhookTarget;
  body: string;
  sent: SentWebhook;
}
