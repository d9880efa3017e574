// The accounts that a store of real size is made of: one of each kind, with documents as long as a worker's,
// and texts that stand for what differs between its copies.

import { randomBytes } from "node:crypto";
import type { SealedText, SyncId, Waiting } from "@fleetkeeper/model";
import type { SyncDocument } from "@fleetkeeper/store";
import { type Filter, MongoClient } from "mongodb";
import { idOf, type Seed, seedAccounts } from "../../../../services/board/test/seed-accounts.ts";

/** What a copy has in place of its template's. */
export const slots = [
  "accountId",
  "fingerprint",
  "number",
  "nextRunAt",
  "lastSuccessAt",
  "prewarmAt",
  "expiresAt",
  "installedAt",
] as const;
export type Slot = (typeof slots)[number];

/** A kind of account. */
export interface Template {
  /** How many of a thousand accounts are copies of it. */
  weight: number;
  /** What its documents have in each slot. */
  texts: Record<Slot, string>;
}

interface Kind {
  weight: number;
  seed: Seed;
  /** Of its syncs, or of the one of that name. */
  waiting?: Waiting;
  of?: string;
}

const kinds: readonly Kind[] = [
  { weight: 980, seed: {} },
  { weight: 7, seed: {}, waiting: failing("ERR_TRACKUNIT_UNAVAILABLE"), of: "assets" },
  { weight: 3, seed: {}, waiting: failing("ERR_TRACKUNIT_RATE_LIMITED"), of: "sites" },
  { weight: 5, seed: { state: "revoked" }, waiting: { for: "credential", code: "revoked" } },
  { weight: 5, seed: { state: "paused" }, waiting: { for: "operator", code: "paused", of: "account" } },
];

/** As long as a sealed client id and secret. */
const sealedCredential = randomBytes(700).toString("base64url") as SealedText;
/** Of a sync of three pages. */
const steady = { forToken: 3, pages: [1, 2, 3].map(() => randomBytes(32).toString("base64url")) };

/** Writes one account of each kind. */
export async function writeTemplates(mongodbUrl: string): Promise<Template[]> {
  const templates = kinds.map(({ weight }, kind) => ({ weight, texts: textsOf(kind) }));
  const at = (kind: number, slot: Slot) => new Date(Number(templates[kind]?.texts[slot]));
  const accountIds = templates.map(({ texts }) => texts.accountId);
  await seedAccounts(mongodbUrl, accountIds, (_, kind) => ({
    sealedCredential,
    clientIdFingerprint: templates[kind]?.texts.fingerprint ?? "",
    name: `Rental ${templates[kind]?.texts.number}`,
    installedAt: at(kind, "installedAt"),
    lastToken: { at: at(kind, "lastSuccessAt"), outcome: "granted", expiresAt: at(kind, "expiresAt") },
    prewarmAt: kinds[kind]?.seed.state === "paused" ? null : at(kind, "prewarmAt"),
    ...kinds[kind]?.seed,
  }));
  const client = await MongoClient.connect(mongodbUrl);
  const syncs = client.db().collection<SyncDocument>("syncs");
  for (const [kind, { waiting, of }] of kinds.entries()) {
    const ofAccount = { installationId: idOf(accountIds[kind] ?? "") };
    const [nextRunAt, lastSuccessAt] = [at(kind, "nextRunAt"), at(kind, "lastSuccessAt")];
    await write(ofAccount, {
      nextRunAt,
      lastSuccessAt,
      waiting: { for: "schedule", until: nextRunAt },
      steady: { ...steady, since: lastSuccessAt },
    });
    const isStopped = waiting?.for !== "backoff";
    if (waiting !== undefined)
      await write(of === undefined ? ofAccount : { _id: `${ofAccount.installationId}/${of}` as SyncId }, {
        waiting,
        ...(isStopped && { nextRunAt: null }),
      });
  }
  await client.close();
  return templates;

  async function write(filter: Filter<SyncDocument>, $set: Partial<SyncDocument>): Promise<void> {
    await syncs.updateMany(filter, { $set });
  }
}

function failing(code: string): Waiting {
  return { for: "backoff", until: new Date(), code, attempt: 7, message: "Trackunit's API does not answer" };
}

/** Found in no document but where they stand for a slot. */
function textsOf(kind: number): Record<Slot, string> {
  const time = (slot: number) => String(Date.UTC(2100, 0, 1) + 10 * kind + slot);
  return {
    accountId: `00000000-0000-4000-8000-00000000000${kind}`,
    fingerprint: `feedfacefeedfac${kind}`,
    number: `700000000${kind}`,
    nextRunAt: time(1),
    lastSuccessAt: time(2),
    prewarmAt: time(3),
    expiresAt: time(4),
    installedAt: time(5),
  };
}
