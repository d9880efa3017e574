// What to report of what is wrong, given what was told before. A pure function: anyone who calls it
// keeps its result before anything is sent, so that a crash neither loses a message nor makes it twice.

import { createHash } from "node:crypto";
import type {
  NotificationChannel,
  NotificationMessage,
  NotificationState,
  StandingConcern,
  Told,
} from "@fleetkeeper/model";
import type { ConcernNow } from "./concern.ts";

/** How messages are made. */
export interface TellingRules {
  /** What comes within this is one message, and what goes within it is not told. */
  windowMs: number;
  /** Nothing is told now. */
  isQuiet: boolean;
  channels: readonly NotificationChannel[];
  /** Whether it is unknown now if a concern with this key exists. */
  isUnknown: (key: string) => boolean;
  newId: () => string;
  now: Date;
}

/** Further concerns wait until there is room. */
export const maxStanding = 60;
/** Of one concern; of more only their number is told. */
export const maxAccounts = 500;
/** Messages that are not sent everywhere yet. */
export const maxOutbox = 20;
/** How often recovered accounts are forgotten: if they fail again, they are reported again. */
const forgetAccountsMs = 24 * 3_600_000;

/** The state after a look. */
export function whatToTell(
  state: NotificationState,
  concerns: readonly ConcernNow[],
  rules: TellingRules,
): NotificationState {
  const { now, windowMs } = rules;
  const byKey = new Map(concerns.map((concern) => [concern.key, concern]));
  const known = new Map(state.standing.map((one) => [one.key, one]));
  const standing = [
    ...state.standing.flatMap((one) => {
      const concern = byKey.get(one.key);
      return concern === undefined ? gone(one, rules) : [stillThere(one, concern, now)];
    }),
    ...concerns.filter(({ key }) => !known.has(key)).map((concern) => begun(concern, now)),
  ].slice(0, maxStanding);
  const isOver = ({ goneSince }: StandingConcern) =>
    goneSince !== null && now.getTime() - goneSince.getTime() >= windowMs;
  const hasWaited = ({ untoldSince }: StandingConcern) =>
    untoldSince !== null && now.getTime() - untoldSince.getTime() >= windowMs;
  const isDue = standing.some((one) => isOver(one) || hasWaited(one));
  if (!isDue || rules.isQuiet || rules.channels.length === 0 || state.outbox.length >= maxOutbox)
    return { ...state, standing };

  const message: NotificationMessage = {
    id: rules.newId(),
    createdAt: now,
    opened: standing.filter(({ untoldSince }) => untoldSince !== null).map(toldOf),
    over: standing.filter(isOver).map(toldOf),
    left: [...rules.channels],
    attempts: 0,
    nextAt: now,
  };
  return {
    ...state,
    standing: standing
      .filter((one) => !isOver(one))
      .map((one) => (one.untoldSince === null ? one : told(one, byKey.get(one.key), now))),
    outbox: [...state.outbox, message],
  };
}

function begun(concern: ConcernNow, now: Date): StandingConcern {
  return { ...toldOf(concern), untoldSince: now, toldAt: null, goneSince: null, accounts: [], isMany: false };
}

function stillThere(before: StandingConcern, concern: ConcernNow, now: Date): StandingConcern {
  const one = { ...before, ...toldOf(concern), goneSince: null };
  const { hashes, isMany } = accountsOf(concern);
  const isNew = isMany ? !one.isMany : hashes.some((hash) => !one.accounts.includes(hash));
  if (one.untoldSince !== null || (isNew && !one.isMany))
    return { ...one, untoldSince: one.untoldSince ?? now };
  if (one.toldAt !== null && now.getTime() - one.toldAt.getTime() < forgetAccountsMs) return one;
  return {
    ...one,
    toldAt: now,
    isMany,
    accounts: hashes.filter((hash) => one.isMany || one.accounts.includes(hash)),
  };
}

/** A problem that ended before anybody was notified of it is dropped. */
function gone(one: StandingConcern, { now, isUnknown }: TellingRules): StandingConcern[] {
  if (isUnknown(one.key)) return [one];
  if (one.toldAt === null) return [];
  return [{ ...one, untoldSince: null, goneSince: one.goneSince ?? now }];
}

function told(one: StandingConcern, concern: ConcernNow | undefined, now: Date): StandingConcern {
  // Not known at this check: its accounts are reported once it is.
  if (concern === undefined) return { ...one, untoldSince: null, toldAt: now };
  const { hashes, isMany } = accountsOf(concern);
  return { ...one, untoldSince: null, toldAt: now, accounts: isMany ? [] : hashes, isMany };
}

function toldOf({ key, text, link }: Told): Told {
  return { key, text, ...(link === undefined ? {} : { link }) };
}

/** Hashes, so that nothing of an account that is forgotten stays. */
function accountsOf({ accounts = [] }: ConcernNow): { hashes: string[]; isMany: boolean } {
  const isMany = accounts.length > maxAccounts;
  const hashes = isMany
    ? []
    : accounts.map((id) => createHash("sha256").update(id).digest("base64url").slice(0, 12));
  return { hashes, isMany };
}
