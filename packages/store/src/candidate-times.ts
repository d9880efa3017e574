// Which candidates of an installation are to be tried, and when: each at its own time.

import type { Generation } from "@fleetkeeper/model";
import type { Edit } from "./edit-credentials.ts";
import type { Candidate, InstallationDocument } from "./installation-document.ts";

/** A try that proved nothing. */
export interface TriedCandidate {
  generation: Generation;
  code: string;
  tryAt: Date;
  /** The answer was about this credential, and not about every one. */
  isRejected: boolean;
  /** And it was that the credential is none. */
  isRefused?: boolean;
}

/** @returns undefined when it is not among the candidates, or not newer than the credential in force. */
export function candidateOf(
  found: InstallationDocument | null,
  generation: Generation,
): Candidate | undefined {
  return found?.candidates.find((one) => one.generation === generation && generation > found.generation);
}

/**
 * They proved nothing yet: each is tried again at its own time, so that none waits for what another one is to
 * wait, whoever installed that.
 */
export function putOff(
  found: InstallationDocument | null,
  tried: readonly TriedCandidate[],
  at: Date,
): Edit<void> {
  if (found === null) return { result: undefined };
  const candidates = found.candidates.map((one) => {
    const now = tried.find(({ generation }) => generation === one.generation);
    if (now === undefined || candidateOf(found, one.generation) === undefined) return one;
    const { code, tryAt, isRejected, isRefused } = now;
    const rejections = one.rejections + (isRejected ? 1 : 0);
    const refusals = refusalsOf(one) + (isRefused ? 1 : 0);
    return { ...one, tries: one.tries + 1, rejections, refusals, last: { at, code }, tryAt };
  });
  const proveAt = soonestOf(candidates, at);
  return { result: undefined, set: { candidates, ...(found.state === "paused" ? {} : { proveAt }) } };
}

/** How often the endpoint has refused it. Earlier versions counted rejections of all kinds together. */
export function refusalsOf({ refusals, rejections }: Pick<Candidate, "refusals" | "rejections">): number {
  return refusals ?? rejections;
}

/**
 * Those whose time has come. Where no candidate's has, all: an operator who ends a pause, or a restore, asks
 * for it.
 */
export function dueCandidates(found: InstallationDocument, now: Date): Candidate[] {
  const all = found.candidates.filter(({ generation }) => candidateOf(found, generation));
  const due = all.filter(({ tryAt = now }) => tryAt <= now);
  return due.length === 0 ? all : due;
}

/** An operator does not wait: all are tried now. */
export function tryNow(found: InstallationDocument | null, now: Date): Edit<boolean> {
  if (found === null || found.candidates.length === 0 || found.state === "paused") return { result: false };
  const candidates = found.candidates.map(({ tryAt: _, ...one }) => one);
  return { result: true, set: { candidates, proveAt: now } };
}

/** When one is to be tried: at `now` where one never was; null where there is none. */
export function soonestOf(candidates: readonly Candidate[], now: Date): Date | null {
  if (candidates.length === 0) return null;
  return new Date(Math.min(...candidates.map(({ tryAt = now }) => tryAt.getTime())));
}
