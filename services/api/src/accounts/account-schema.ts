// An account as the API reports it, in the words of page and command line.

import { installationStates } from "@fleetkeeper/model";
import {
  type Description,
  describeHeldBack,
  missingScopes,
  syncStanding,
  tokenStanding,
} from "@fleetkeeper/operator";
import type { InstallationRow, SyncDocument } from "@fleetkeeper/store";
import { z } from "zod";

export const stateSchema = z.enum(installationStates).meta({
  description:
    "`pending`: no credential has proved itself yet. `revoked`: Trackunit refuses the credential; a new install or a later grant ends that.",
});

const instant = z.iso.datetime();

const standingFields = {
  label: z.string().meta({ description: "A word or two." }),
  text: z.string().meta({ description: "One sentence for people." }),
  until: instant.nullable().meta({ description: "Null where only an action ends it." }),
  mood: z.enum(["good", "busy", "wait", "bad"]).meta({ description: "`bad` needs an operator." }),
};

const referenceSchema = z.string().min(1).max(200).meta({ description: "Your own name for this customer." });

const metadataSchema = z
  .record(z.string().regex(/^[\w-]{1,40}$/), z.string().max(500))
  .refine((all) => Object.keys(all).length <= 50, { error: "has more than 50 names" })
  .meta({
    description: "Any data of your own: at most 50 names with texts of up to 500 characters.",
  });

/** What may be changed; what is absent stays. */
export const notesSchema = z
  .object({
    // As with the names that operators give: it is shown on terminals and pages.
    reference: referenceSchema
      .refine((text) => !/\p{Cc}/u.test(text), { error: "has a control character" })
      .nullable()
      .optional(),
    metadata: metadataSchema.optional(),
  })
  .meta({ id: "AccountNotes" });

export const accountSchema = z
  .object({
    accountId: z.string().meta({ description: "As Trackunit spells it." }),
    app: z.string(),
    state: stateSchema,
    installedAt: instant.meta({ description: "The newest install." }),
    createdAt: instant.meta({ description: "The first one." }),
    reference: referenceSchema.nullable(),
    metadata: metadataSchema,
    name: z.string().nullable().meta({
      description: "The operators' name for it; set by `fleetkeeper accounts name` or on the board.",
    }),
    note: z.string().nullable().meta({ description: "An operator's note." }),
    trackunitName: z.string().nullable().meta({
      description: "From Trackunit's API at the last install, if the worker is configured to ask for it.",
    }),
    scopes: z.object({
      requested: z.array(z.string()),
      granted: z.array(z.string()),
      missing: z
        .array(z.string())
        .meta({ description: "Requested, and not granted to the present install." }),
    }),
    token: z.object(standingFields),
  })
  .meta({ id: "Account" });

const syncSchema = z
  .object({
    sync: z.string(),
    lastSuccessAt: instant.nullable(),
    nextRunAt: instant.nullable().meta({ description: "Null while it runs, or waits for an action." }),
    waiting: z
      .object({ for: z.string().meta({ description: "For programs, stable." }), ...standingFields })
      .meta({ description: "Why it does not run at this moment." }),
    failures: z.int().meta({ description: "Failed runs in a row." }),
    heldBack: z
      .string()
      .nullable()
      .meta({ description: "A mass deletion that waits for an operator's confirmation." }),
    lastRun: z
      .object({
        at: instant,
        outcome: z.enum(["succeeded", "failed"]),
        code: z.string().optional(),
        records: z.int(),
        changes: z.object({
          created: z.int(),
          updated: z.int(),
          deleted: z.int(),
          unchanged: z.int(),
          rejected: z.int(),
        }),
      })
      .nullable(),
  })
  .meta({ id: "Sync" });

export const accountWithSyncsSchema = accountSchema
  .extend({ syncs: z.array(syncSchema) })
  .meta({ id: "AccountWithSyncs" });

export function accountOf(row: InstallationRow, now: Date): z.output<typeof accountSchema> {
  return {
    accountId: row.accountId,
    app: row.irisAppId,
    state: row.state,
    installedAt: row.installedAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    reference: row.reference ?? null,
    metadata: row.metadata ?? {},
    name: row.name ?? null,
    note: row.note ?? null,
    trackunitName: row.toldName ?? null,
    scopes: { requested: row.requestedScopes, granted: row.grantedScopes, missing: missingScopes(row) },
    token: standingOf(tokenStanding(row, now)),
  };
}

export function syncOf(sync: SyncDocument, now: Date): z.output<typeof syncSchema> {
  const { nextRunAt, ...standing } = syncStanding(sync, now);
  const { lastRun, heldBack } = sync;
  return {
    sync: sync.sync,
    lastSuccessAt: sync.lastSuccessAt?.toISOString() ?? null,
    nextRunAt: nextRunAt?.toISOString() ?? null,
    waiting: { for: sync.waiting.for, ...standingOf(standing) },
    failures: sync.failures,
    heldBack: heldBack ? describeHeldBack(heldBack) : null,
    lastRun:
      lastRun === null
        ? null
        : {
            at: lastRun.at.toISOString(),
            outcome: lastRun.outcome,
            ...(lastRun.code === undefined ? {} : { code: lastRun.code }),
            records: lastRun.records,
            changes: lastRun.changes,
          },
  };
}

function standingOf({ label, text, until, mood }: Description) {
  return { label, text, until: until?.toISOString() ?? null, mood };
}
