// What becomes of an installation's credentials. One is in force; newer ones are candidates until a token was
// granted for them; those that were in force are kept for a time. Each function decides from what was read;
// `edit-credentials.ts` writes.

import {
  type AccountEvent,
  type EventType,
  type Generation,
  generationAfter,
  type Install,
  noGeneration,
} from "@fleetkeeper/model";
import { candidateOf, soonestOf } from "./candidate-times.ts";
import type { Edit } from "./edit-credentials.ts";
import { CandidatesFullError } from "./errors.ts";
import { formerOf, keptFormer } from "./former-credentials.ts";
import type {
  Candidate,
  FormerCredential,
  InstallationDocument,
  RefusedCandidate,
} from "./installation-document.ts";

/** Of one installation. A further install waits in its job until one of them was tried. */
const maxCandidates = 5;
const maxRefused = 10;
/**
 * One that was tried, and is this old, may make room without any answer about it: an outage of the endpoint
 * is probably over by then.
 */
const stuckAfterMs = 6 * 60 * 60_000;
/** Why a candidate was refused that made room for a newer one. */
export const candidatesFull = "ERR_CANDIDATES_FULL";

/**
 * A new install becomes a candidate, due at once, also where the clock that says when it arrived is ahead of
 * `now`. `same`: this very install is known already, from an earlier start of its job.
 * @throws CandidatesFullError
 */
export function addCandidate(
  found: InstallationDocument | null,
  install: Install,
  how: { requestedScopes: string[]; sealKeyId: string; now?: Date },
): Edit<"stored" | "same" | "superseded"> {
  const { generation, receivedAt, sealedCredential, clientIdFingerprint } = install;
  const candidate: Candidate = {
    generation,
    sealedCredential,
    sealKeyId: how.sealKeyId,
    clientIdFingerprint,
    installedAt: receivedAt,
    tries: 0,
    rejections: 0,
  };
  const proveAt = how.now === undefined || how.now > receivedAt ? receivedAt : how.now;
  if (found === null)
    return {
      result: "stored",
      replace: { ...pendingOf(install, how.requestedScopes, [candidate]), proveAt },
    };
  const known = [found, ...found.candidates, ...found.refused].map((one) => one.generation);
  if (known.includes(generation)) return { result: "same" };
  if (generation < found.generation) return { result: "superseded" };
  const gone =
    found.candidates.length < maxCandidates ? undefined : toMakeRoom(found.candidates, how.now ?? receivedAt);
  const left = found.candidates.filter((one) => one !== gone);
  return {
    result: "stored",
    set: {
      candidates: [...left, candidate].sort(byGeneration),
      ...(gone && { refused: withRefused(found, gone, { at: receivedAt, code: candidatesFull }) }),
      ...(found.state === "paused" ? {} : { proveAt }),
    },
  };
}

/** A token was granted: it takes over. `isSame`: it is the one in force, brought by a newer install. */
export function promote(
  found: InstallationDocument | null,
  generation: Generation,
  how: { requestedScopes: string[]; isSame: boolean; keptMs: number; now: Date },
): Edit<"promoted" | "same" | "superseded"> {
  if (found?.generation === generation) return { result: "same" };
  const candidate = candidateOf(found, generation);
  if (found === null || candidate === undefined) return { result: "superseded" };
  const { now, isSame, requestedScopes } = how;
  const {
    tries: _,
    rejections: _r,
    refusals: _f,
    last: _l,
    tryAt: _t,
    bringsBack,
    ...credential
  } = candidate;
  const isFirst = found.sealedCredential === null;
  const former = found.former.filter((one) => one.generation !== bringsBack && one.keptUntil > now);
  if (!isFirst && !isSame) former.push(formerOf(found, now, how.keptMs));
  const candidates = found.candidates.filter((one) => one.generation > generation);
  return {
    result: "promoted",
    set: {
      ...credential,
      inForceSince: isSame ? (found.inForceSince ?? now) : now,
      candidates,
      proveAt: candidates.length === 0 ? null : found.proveAt,
      ...keptFormer(former),
      ...(isFirst ? {} : changeOfClient(found, candidate, now)),
      requestedScopes,
      tokenFailures: 0,
      ...(found.state === "paused" ? {} : { state: "active", prewarmAt: now, noTokenFrom: null }),
    },
  };
}

/** What a promotion is to those who are notified of it; undefined where it changes nothing for them. */
export function newsOfPromotion(
  found: InstallationDocument | null,
  generation: Generation,
): { type: EventType; data: AccountEvent["data"] } | undefined {
  const candidate = candidateOf(found, generation);
  if (found === null || candidate === undefined) return undefined;
  const installedAt = candidate.installedAt.toISOString();
  if (found.sealedCredential === null) return { type: "account.installed", data: { installedAt } };
  if (candidate.bringsBack === undefined) return { type: "account.reinstalled", data: { installedAt } };
  return found.state === "revoked" ? { type: "account.credential_restored", data: {} } : undefined;
}

/** Until an operator accepts it. One that an operator brings back is the customer's: it ends the change. */
function changeOfClient(
  found: InstallationDocument,
  { clientIdFingerprint: to, bringsBack }: Candidate,
  at: Date,
): Pick<InstallationDocument, "clientChange"> | undefined {
  const from = found.clientChange?.from ?? found.clientIdFingerprint;
  if (bringsBack !== undefined || from === to) return { clientChange: null };
  return found.clientIdFingerprint === to ? undefined : { clientChange: { at, from, to } };
}

/** It is shown as refused, and its credential is dropped; an older candidate has its turn. */
export function refuse(
  found: InstallationDocument | null,
  generation: Generation,
  why: { at: Date; code: string },
): Edit<boolean> {
  const candidate = found?.candidates.find((one) => one.generation === generation);
  if (found === null || candidate === undefined) return { result: false };
  const candidates = found.candidates.filter((one) => one !== candidate);
  const proveAt = found.state === "paused" ? null : soonestOf(candidates, why.at);
  return { result: true, set: { candidates, refused: withRefused(found, candidate, why), proveAt } };
}

/** A former credential becomes the newest candidate: that of `generation`, or the one replaced last. */
export function bringBack(
  found: InstallationDocument | null,
  { generation, now }: { generation?: Generation | undefined; now: Date },
): Edit<FormerCredential | undefined> {
  const kept = found?.former.filter(({ keptUntil }) => keptUntil > now) ?? [];
  const wanted = generation === undefined ? kept.at(-1) : kept.find((one) => one.generation === generation);
  if (found === null || wanted === undefined) return { result: undefined };
  const proveAt = found.state === "paused" ? {} : { proveAt: now };
  const newestOne = found.candidates.at(-1);
  if (newestOne?.bringsBack === wanted.generation) return { result: wanted, set: proveAt };
  const { inForceFrom: _, inForceUntil: __, keptUntil: ___, ...credential } = wanted;
  const others = found.candidates.filter(({ bringsBack }) => bringsBack !== wanted.generation);
  const newest = newestOne !== undefined && newestOne.generation > found.generation ? newestOne : found;
  const again: Candidate = {
    ...credential,
    generation: generationAfter(newest.generation, now, wanted.generation.slice(-16)),
    bringsBack: wanted.generation,
    tries: 0,
    rejections: 0,
  };
  return { result: wanted, set: { candidates: [...others, again], ...proveAt } };
}

/** What need no longer be kept goes. */
export function dropFormer(found: InstallationDocument | null, now: Date): Edit<void> {
  if (found === null) return { result: undefined };
  return { result: undefined, set: keptFormer(found.former.filter(({ keptUntil }) => keptUntil > now)) };
}

/**
 * Everything that arrived until then is deleted: the account is deleted too, or begins again with the
 * candidates that came later.
 */
export function forgetUntil(found: InstallationDocument | null, until: Date): Edit<"gone" | "kept"> {
  if (found === null) return { result: "gone" };
  if (isInstalledSince(found, until)) return { result: "kept" };
  const later = found.candidates.filter(({ installedAt }) => installedAt > until);
  const [first] = later;
  if (first === undefined) return { result: "gone", remove: true };
  const isUntouched = found.sealedCredential === null && later.length === found.candidates.length;
  if (isUntouched && found.former.length === 0) return { result: "kept" };
  const { _id: installationId, irisAppId, accountId, requestedScopes } = found;
  const receivedAt = first.installedAt;
  const pending = pendingOf({ installationId, irisAppId, accountId, receivedAt }, requestedScopes, later);
  return {
    result: "kept",
    replace: found.state === "paused" ? { ...pending, state: "paused", proveAt: null } : pending,
  };
}

/** Whether the credential in force arrived after that instant. */
export function isInstalledSince(found: InstallationDocument | null, since: Date): boolean {
  return found !== null && found.sealedCredential !== null && found.installedAt > since;
}

function pendingOf(
  account: Pick<Install, "installationId" | "irisAppId" | "accountId" | "receivedAt">,
  requestedScopes: string[],
  candidates: Candidate[],
): InstallationDocument {
  const { installationId, irisAppId, accountId, receivedAt } = account;
  return {
    _id: installationId,
    irisAppId,
    accountId,
    state: "pending",
    revision: "",
    generation: noGeneration,
    sealedCredential: null,
    sealKeyId: "",
    clientIdFingerprint: "",
    installedAt: receivedAt,
    inForceSince: null,
    candidates,
    former: [],
    refused: [],
    clientChange: null,
    proveAt: receivedAt,
    formerUntil: null,
    createdAt: receivedAt,
    requestedScopes,
    grantedScopes: [],
    tokenFailures: 0,
    prewarmAt: null,
  };
}

/**
 * The one that was rejected most makes room; else one that got no answer about it for hours: what Trackunit
 * never answers for some credentials would keep out all that come later. It is shown as refused. While the
 * endpoint is away, none makes room for another.
 * @throws CandidatesFullError
 */
function toMakeRoom(candidates: readonly Candidate[], now: Date): Candidate {
  const isStuck = ({ tries, rejections, installedAt }: Candidate) =>
    rejections > 0 || (tries > 0 && now.getTime() - installedAt.getTime() >= stuckAfterMs);
  const [first] = candidates
    .filter(isStuck)
    .sort((a, b) => b.rejections - a.rejections || b.tries - a.tries || byGeneration(a, b));
  if (first === undefined)
    throw new CandidatesFullError("too many installs of the account wait to prove themselves");
  return first;
}

function withRefused(
  { refused }: InstallationDocument,
  { generation, clientIdFingerprint, installedAt }: Candidate,
  why: { at: Date; code: string },
): RefusedCandidate[] {
  return [...refused, { generation, clientIdFingerprint, installedAt, ...why }].slice(-maxRefused);
}

function byGeneration(a: Candidate, b: Candidate): number {
  return a.generation < b.generation ? -1 : 1;
}
