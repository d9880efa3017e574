// The steps of a callback: verify, allow, bind, seal, hand in. If one fails, it is refused.

import {
  type AccountIdShape,
  accountIdIn,
  type CallbackBody,
  type ClaimRules,
  checkClaims,
  contentHashOf,
  noClaimRules,
  Refusal,
  sealCallback,
  type TokenRules,
  tokenOf,
  verifyToken,
} from "@fleetkeeper/callbacks";
import { QueueUnavailableError } from "@fleetkeeper/jobs";
import type { InstallationId, SealedCallback } from "@fleetkeeper/model";
import type { Seal } from "@fleetkeeper/sealing";
import type { BindBody } from "./bind-body.ts";
import type { CallbackStep } from "./metrics.ts";
import type { NoteClaims } from "./note-claims.ts";

/** Verified callbacks that may wait for Redis at one time; a sender without a valid token takes no place. */
const maxInFlight = 1_000;

export interface AcceptOptions {
  tokenRules: TokenRules;
  /** Default: what contradicts the body by its name is refused. */
  claimRules?: ClaimRules;
  /** Default `uuid`. */
  accountIds?: AccountIdShape;
  allowedApps: ReadonlySet<string>;
  bindBody: BindBody;
  seal: Seal;
  /** Resolves when the callback is on disk. `step` is to wrap its parts, `enqueue` and `confirm`. */
  handIn: (callback: SealedCallback, step: AroundStep) => Promise<{ jobId: string }>;
  /** After a callback was accepted; not waited for. */
  noteClaims?: NoteClaims;
  /** Wraps each step, to time and trace it. */
  step?: AroundStep;
  /** For all of Redis's part of one callback. Default 5 000. */
  storeWithinMs?: number;
  now?: () => Date;
}

export type AroundStep = <T>(name: CallbackStep, run: () => Promise<T>) => Promise<T>;

/** What the log and the sender may know of an accepted callback. */
export interface Acceptance {
  result: "accepted" | "unrecognised";
  installationId: InstallationId;
  jobId: string;
  type: string;
}

export type AcceptCallback = (
  identity: string | string[] | undefined,
  body: CallbackBody,
) => Promise<Acceptance>;

/** @throws Refusal, or QueueUnavailableError when Redis does not take the callback in time. */
export function createAcceptCallback(options: AcceptOptions): AcceptCallback {
  const { tokenRules, allowedApps, storeWithinMs = 5_000, now = () => new Date() } = options;
  const { claimRules = noClaimRules, accountIds = "uuid", step = (_name, run) => run() } = options;
  let inFlight = 0;
  return async (identity, body) => {
    const receivedAt = now();
    const accountId = accountIdIn(body, accountIds);
    const token = await step("verify", () => verifyToken(tokenOf(identity), tokenRules, receivedAt));
    if (!allowedApps.has(body.irisAppId)) throw new Refusal("ERR_APP_NOT_ALLOWED");
    checkClaims(token.claims, body, claimRules);
    if (inFlight >= maxInFlight) throw new Refusal("ERR_TOO_MANY_CALLBACKS");
    const contentHash = contentHashOf(token, body);
    inFlight++;
    try {
      return await within(storeWithinMs, async () => {
        await step("bind", () => options.bindBody(token, contentHash, receivedAt));
        const verified = { body, accountId, contentHash, issuedAt: token.issuedAt, receivedAt };
        const callback = await step("seal", () => sealCallback(options.seal, verified));
        const { jobId } = await options.handIn(callback, step);
        // A fact for `doctor`, told again by the next one.
        void options.noteClaims?.(token.claims, body).catch(() => undefined);
        return acceptanceOf(callback, jobId);
      });
    } finally {
      inFlight--;
    }
  };
}

function acceptanceOf(callback: SealedCallback, jobId: string): Acceptance {
  const { installationId } = callback;
  return callback.kind === "install"
    ? { result: "accepted", installationId, jobId, type: "INSTALLED" }
    : { result: "unrecognised", installationId, jobId, type: callback.type };
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new QueueUnavailableError(`the callback was not stored within ${limitMs} ms`));
    timer = setTimeout(late, limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
