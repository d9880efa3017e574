// Examines a captured callback as the ingress would, check by check, and collects what explains the verdict.
// Nothing secret is in it.

import {
  type AccountIdShape,
  accountIdIn,
  advice,
  type CallbackBody,
  type CallbackToken,
  type ClaimRules,
  checkClaims,
  checks,
  contentHashOf,
  isInstalled,
  noClaimRules,
  Refusal,
  type RefusalCode,
  refusalOf,
  type TokenRules,
  tokenOf,
  verifyToken,
} from "@fleetkeeper/callbacks";
import { clientIdFingerprintOf } from "@fleetkeeper/model";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from "jose";
import { parseRequest } from "./parse-request.ts";
import type { Capture } from "./read-capture.ts";

export interface ExamineOptions {
  capture: Capture;
  /** Of the ingress: INGRESS_PATH. */
  basePath?: string;
  tokenRules: TokenRules;
  claimRules?: ClaimRules;
  /** Default `uuid`. */
  accountIds?: AccountIdShape;
  allowedApps: ReadonlySet<string>;
  /** The hash that Redis remembers for the token; undefined where Redis is not asked. */
  boundHash: ((token: CallbackToken) => Promise<string | null>) | undefined;
  /** When it arrived. */
  at: Date;
}

export interface CheckResult {
  check: string;
  outcome: "passed" | "refused" | "skipped" | "not reached";
  means: string;
  code?: RefusalCode;
  /** More closely, for instance jose's code. */
  reason?: string;
  advice?: string;
}

export interface Examination {
  verdict: "accepted" | "refused";
  /** Of the ingress's answer. */
  status: number;
  code?: RefusalCode;
  at: Date;
  checks: CheckResult[];
  token?: { header: ProtectedHeaderParameters; claims: JWTPayload };
  /**
   * How far the issuer's clock was ahead of ours when it came in; negative where the token took time to come.
   */
  clockDifferenceMs?: number;
  body?: {
    type: string;
    irisAppId: string;
    accountId: string;
    clientIdFingerprint?: string;
    fields: string[];
  };
}

export async function examine(options: ExamineOptions): Promise<Examination> {
  const { capture, allowedApps, at } = options;
  const identity = capture.headers["trackunit-identity"];
  const refusals: Refusal[] = [];
  const skipped = new Set<string>();

  const parsed = await parseRequest(capture, options.basePath);
  const body = parsed instanceof Refusal ? undefined : parsed;
  let token: CallbackToken | undefined;
  if (parsed instanceof Refusal) refusals.push(parsed);
  else {
    if (!hasGoodAccountId(parsed, options)) refusals.push(new Refusal("ERR_ACCOUNT_ID"));
    token = await verified(identity, options, refusals);
    // Looked at in any case: it is one more thing to fix at once.
    if (!allowedApps.has(parsed.irisAppId)) refusals.push(new Refusal("ERR_APP_NOT_ALLOWED"));
    if (token !== undefined) {
      const contradiction = contradictionOf(token, parsed, options);
      if (contradiction !== undefined) refusals.push(contradiction);
    }
    if (options.boundHash === undefined) skipped.add("binding");
    else if (token !== undefined) {
      const bound = await options.boundHash(token);
      if (bound !== null && bound !== contentHashOf(token, parsed))
        refusals.push(new Refusal("ERR_TOKEN_REUSED"));
    }
  }

  const [first] = refusals;
  const shown = shownToken(identity);
  const { iat } = shown?.claims ?? {};
  return {
    verdict: first === undefined ? "accepted" : "refused",
    status: first?.rule.status ?? 202,
    ...(first === undefined ? {} : { code: first.code }),
    at,
    checks: resultsOf(refusals, skipped, body !== undefined),
    ...(shown === undefined ? {} : { token: shown }),
    ...(typeof iat === "number" ? { clockDifferenceMs: iat * 1_000 - at.getTime() } : {}),
    ...(body === undefined ? {} : { body: shownBody(body) }),
  };
}

async function verified(
  identity: string | undefined,
  { tokenRules, at }: ExamineOptions,
  refusals: Refusal[],
): Promise<CallbackToken | undefined> {
  try {
    return await verifyToken(tokenOf(identity), tokenRules, at);
  } catch (error) {
    refusals.push(refusalOf(error));
    return undefined;
  }
}

function contradictionOf(
  { claims }: CallbackToken,
  body: CallbackBody,
  { claimRules = noClaimRules }: ExamineOptions,
): Refusal | undefined {
  try {
    checkClaims(claims, body, claimRules);
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

function hasGoodAccountId(body: CallbackBody, { accountIds = "uuid" }: ExamineOptions): boolean {
  try {
    accountIdIn(body, accountIds);
    return true;
  } catch {
    return false;
  }
}

/** Everything up to the first refusal has passed; after it only what does not need what was refused. */
function resultsOf(
  refusals: readonly Refusal[],
  skipped: ReadonlySet<string>,
  hasBody: boolean,
): CheckResult[] {
  let refusedYet = false;
  return checks.map(({ name, means, codes }) => {
    const refusal = refusals.find(({ code }) => codes.includes(code));
    if (refusal !== undefined) {
      refusedYet = true;
      return refused(name, means, refusal);
    }
    const isReached = !refusedYet || (name === "app" && hasBody);
    const outcome = skipped.has(name) ? "skipped" : isReached ? "passed" : "not reached";
    return { check: name, outcome, means };
  });
}

function refused(check: string, means: string, { code, reason, message }: Refusal): CheckResult {
  return {
    check,
    outcome: "refused",
    means,
    code,
    ...(reason === undefined ? {} : { reason }),
    advice: advice[code] ?? message,
  };
}

/** Header and claims as they are, verified or not; the signature is not shown. */
function shownToken(identity: string | undefined): Examination["token"] {
  try {
    const token = tokenOf(identity);
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

function shownBody(body: CallbackBody): NonNullable<Examination["body"]> {
  const { type, irisAppId, accountId } = body;
  return {
    type,
    irisAppId,
    accountId,
    ...(isInstalled(body) ? { clientIdFingerprint: clientIdFingerprintOf(body.clientId) } : {}),
    fields: Object.keys(body),
  };
}
