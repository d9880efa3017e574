// One attempt at a delivery: signed, sent, and what came of it.

import { type GuardedFetch, HttpError, retryAfterMs } from "@fleetkeeper/http";
import { asInstallationId, FleetkeeperError } from "@fleetkeeper/model";
import type { Open } from "@fleetkeeper/sealing";
import type { AttemptDocument, EventDocument, ReceiverDocument } from "@fleetkeeper/store";
import { redactText } from "@fleetkeeper/telemetry";
import { readSigningKey, signStandardWebhook } from "@fleetkeeper/webhooks";

export interface Delivered extends Pick<AttemptDocument, "durationMs" | "status" | "code" | "answer"> {
  isDone: boolean;
  /** The receiver is not there any more, and wants nothing. */
  isGone: boolean;
  /** How long it asks us to wait. */
  askedMs: number | undefined;
}

/** Of an answer, as it is kept. */
const answerCharacters = 500;

/** `open`: with the private keys that the receivers' secrets are sealed for. */
export function createDeliver(options: { fetch: GuardedFetch; open: Open; now: () => Date }) {
  const { fetch, open, now } = options;

  /** Never rejects but for its signal, or a fault of ours. */
  return async (
    receiver: Pick<ReceiverDocument, "_id" | "url" | "secrets">,
    event: Pick<EventDocument, "id">,
    body: string,
    signal: AbortSignal,
  ): Promise<Delivered> => {
    const startedAtMs = performance.now();
    const took = () => Math.round(performance.now() - startedAtMs);
    try {
      const timestamp = now();
      const signed = signStandardWebhook({
        id: event.id,
        timestamp,
        body,
        secrets: await secretsOf(receiver),
      });
      const headers = { "content-type": "application/json", "user-agent": "fleetkeeper", ...signed };
      const answer = await fetch(receiver.url, { method: "POST", headers, body, signal });
      const { status } = answer;
      const isDone = status >= 200 && status < 300;
      return {
        isDone,
        isGone: status === 410,
        askedMs: isDone ? undefined : retryAfterMs(answer.headers["retry-after"], answer.headers.date),
        durationMs: took(),
        status,
        code: isDone ? null : "ERR_NOTIFY_STATUS",
        answer: beginningOf(answer.body),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FleetkeeperError)) throw error;
      const status = error instanceof HttpError && "status" in error ? Number(error.status) : null;
      const failed = { durationMs: took(), status, code: error.code, answer: "" };
      return { ...failed, isDone: false, isGone: false, askedMs: undefined };
    }
  };

  /** The newest first; one that is no longer good signs nothing. */
  async function secretsOf({ _id, secrets }: Pick<ReceiverDocument, "_id" | "secrets">) {
    const binding = { installationId: asInstallationId(_id), purpose: "notify-secret" } as const;
    const good = secrets.filter(({ until }) => until === null || until > now());
    return Promise.all(good.map(async ({ sealed }) => readSigningKey(await open(sealed, binding))));
  }
}

/** Of a long one the cut is made after the secrets are out, so that none is cut through. */
function beginningOf(text: string): string {
  return redactText(text)
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, answerCharacters);
}
