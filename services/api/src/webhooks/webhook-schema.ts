// A receiver and an attempt at a delivery as the API gives them.

import { eventTypes } from "@fleetkeeper/model";
import type { AttemptDocument, ReceiverRow } from "@fleetkeeper/store";
import { z } from "zod";

const eventType = z.enum(eventTypes);

/** Of every path about one receiver. */
export const webhookParams = z.object({ webhookId: z.string().regex(/^rcv_[0-9a-f]{24}$/) });

/** What a caller says of a receiver. Deeper rules are the actions'. */
export const webhookFields = z.object({
  url: z.string().max(2_000).meta({ description: "`https://`, at a public address." }),
  description: z.string().max(200).optional(),
  events: z.array(eventType).min(1).max(50).optional().meta({ description: "Default: all." }),
  app: z
    .string()
    .max(200)
    .nullable()
    .optional()
    .meta({ description: "It gets events of this app's accounts only; null: of all that the key sees." }),
});

export const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(eventType),
    app: z.string().nullable(),
    state: z.enum(["enabled", "disabled"]),
    disabled: z
      .object({
        why: z.enum(["operator", "failing", "gone"]),
        code: z.string().nullable(),
        at: z.iso.datetime(),
      })
      .nullable()
      .meta({ description: "Why nothing is sent to it. Events wait for it meanwhile." }),
    failingSince: z.iso.datetime().nullable(),
    lastSuccessAt: z.iso.datetime().nullable(),
    secrets: z
      .array(z.object({ addedAt: z.iso.datetime(), until: z.iso.datetime().nullable() }))
      .meta({ description: "The newest first; each signs until its end." }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Webhook" });

export const withSecretSchema = z.object({
  webhook: webhookSchema,
  secret: z
    .string()
    .meta({ description: "`whsec_…`: shown this once. `verifyWebhook` of the client takes it." }),
});

export const deliverySchema = z
  .object({
    eventId: z.string().meta({ description: "`webhook-id`." }),
    type: z.string(),
    account: z.string().meta({ description: "Id of the installation; `test` for a test." }),
    sequence: z.int(),
    attempt: z.int(),
    at: z.iso.datetime(),
    durationMs: z.int(),
    outcome: z.enum(["delivered", "failed", "given-up"]),
    status: z.int().nullable(),
    code: z.string().nullable(),
    answer: z.string().meta({ description: "Its first 500 characters, without what looks like a secret." }),
    nextAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "WebhookDelivery" });

export function webhookOf(row: ReceiverRow): z.output<typeof webhookSchema> {
  const { _id, url, description, events, irisAppId, disabled, failingSince, lastSuccessAt } = row;
  return {
    id: _id,
    url,
    description,
    events,
    app: irisAppId,
    state: disabled === null ? "enabled" : "disabled",
    disabled: disabled && { ...disabled, at: disabled.at.toISOString() },
    failingSince: failingSince?.toISOString() ?? null,
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    secrets: row.secrets.map(({ addedAt, until }) => ({
      addedAt: addedAt.toISOString(),
      until: until?.toISOString() ?? null,
    })),
    createdAt: row.createdAt.toISOString(),
  };
}

export function deliveryOf(attempt: AttemptDocument): z.output<typeof deliverySchema> {
  const { installationId: account, position: sequence, at, nextAt, ...rest } = attempt;
  const { eventId, type, durationMs, outcome, status, code, answer } = rest;
  const said = { eventId, type, account, sequence, attempt: rest.attempt, at: at.toISOString(), durationMs };
  return { ...said, outcome, status, code, answer, nextAt: nextAt?.toISOString() ?? null };
}
