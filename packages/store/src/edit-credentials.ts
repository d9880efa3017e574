// Writes what `credential-decisions.ts` decides, on the condition that neither the credentials nor the state
// changed since they were read.

import { randomUUID } from "node:crypto";
import type { AccountEvent, InstallationId } from "@fleetkeeper/model";
import type { Collection } from "mongodb";
import { isDuplicateKey, WriteContendedError } from "./errors.ts";
import { putOut } from "./events/interest.ts";
import type { InstallationDocument } from "./installation-document.ts";

/** What is to be written: some fields, another document in place of this, or its deletion; or nothing. */
export interface Edit<Result> {
  result: Result;
  set?: Partial<InstallationDocument>;
  replace?: InstallationDocument;
  remove?: true;
  /** Written with `set`, where receivers want to be notified of it. */
  event?: AccountEvent | undefined;
}

/** Writers that meet this often in a row do so on purpose. */
const tries = 50;

/**
 * Reads, decides, writes; again from the beginning if the document was changed in between.
 * @throws WriteContendedError, or what `decide` throws
 */
export async function editCredentials<Result>(
  installations: Collection<InstallationDocument>,
  _id: InstallationId,
  decide: (found: InstallationDocument | null) => Edit<Result> | Promise<Edit<Result>>,
): Promise<Result> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const found = await installations.findOne({ _id });
    const edit = await decide(found && withFieldsOfToday(found));
    if (await written(installations, found, edit)) return edit.result;
  }
  throw new WriteContendedError();
}

/** @returns false when another writer was first. */
async function written(
  installations: Collection<InstallationDocument>,
  found: InstallationDocument | null,
  { set, replace, remove, event }: Edit<unknown>,
): Promise<boolean> {
  // No number that counts: an account that was forgotten and installed again would come to the same one.
  const revision = randomUUID();
  if (found === null) return replace === undefined || inserted(installations, { ...replace, revision });
  const unchanged = { _id: found._id, revision: found.revision ?? (null as never), state: found.state };
  if (remove) return (await installations.deleteOne(unchanged)).deletedCount === 1;
  if (replace !== undefined)
    return (await installations.replaceOne(unchanged, { ...replace, revision })).matchedCount === 1;
  if (set === undefined) return true;
  const update = {
    $set: { ...set, revision, ...(event && { outboxAt: event.at }) },
    ...putOut(event),
  };
  return (await installations.updateOne(unchanged, update)).matchedCount === 1;
}

async function inserted(
  installations: Collection<InstallationDocument>,
  document: InstallationDocument,
): Promise<boolean> {
  try {
    await installations.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** One that a version from before the candidates wrote: its credential is in force. */
export function withFieldsOfToday(found: InstallationDocument): InstallationDocument {
  const atFirst = { revision: "", inForceSince: found.installedAt, ...nothingInstalledSince() };
  return { ...atFirst, ...found };
}

/** Of an installation whose credential in force is its only one. */
export function nothingInstalledSince() {
  return {
    candidates: [],
    former: [],
    refused: [],
    clientChange: null,
    proveAt: null,
    formerUntil: null,
  } satisfies Partial<InstallationDocument>;
}
