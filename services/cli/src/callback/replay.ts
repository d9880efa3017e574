// `callback replay`: what was once refused, or not recognised, is taken after all, where that is safe.
// Everything is examined again as of the time it arrived, and what it brings must prove itself as any other
// install.

import { createHash } from "node:crypto";
import {
  accountIdIn,
  type CallbackBody,
  checkClaims,
  contentHashOf,
  createKeySetFetcher,
  isInstalled,
  localKeys,
  refusalOf,
  sealCallback,
  tokenOf,
  type VerifiedCallback,
  verifyToken,
} from "@fleetkeeper/callbacks";
import { createQueueSet, type InboxEntry } from "@fleetkeeper/jobs";
import { asInstallationId } from "@fleetkeeper/model";
import { redisKeys } from "@fleetkeeper/redis";
import { createOpen, createSeal, createSign } from "@fleetkeeper/sealing";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { readOutbound, readVariables } from "../configuration.ts";
import { NotReplayableError } from "../errors.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { findSeen, openInbox } from "./open-inbox.ts";

interface Options {
  asInstall?: boolean;
}

export function addCallbackReplay(callback: Command): void {
  addCommand(callback, "replay", {
    arguments: { "<callback>": "its id, or an unambiguous beginning of it" },
    audited: true,
    summary: "Accept a callback after all that was refused, or whose type was not recognised",
    details: [
      "A refused one goes through all checks again, with the present variables and key set, as of the time it was received;",
      "one whose token came with another body stays refused. With --as-install an unrecognised one counts as an install.",
      "Its credential must prove itself before it takes over, and a newer install wins, as always. Needs MONGODB_URL, REDIS_URL,",
      "SEALING_PUBLIC_KEY, SEALING_PRIVATE_KEYS, INGRESS_SIGNING_KEY and, for a refused one, the CALLBACK_… and TRACKUNIT_… of the ingress.",
    ].join("\n"),
    examples: ["callback replay 3f2a9c1e", "callback replay 3f2a9c1e --as-install"],
  })
    .option("--as-install", "treat one of another type as an install")
    .action(invoke<Options, [string]>(replay));
}

async function replay(invocation: Invocation, { asInstall = false }: Options, id: string) {
  const { env, reach, output, who, now } = invocation;
  const entry = findSeen(await openInbox(invocation), id);
  if (entry.outcome === "accepted") throw new NotReplayableError("the callback was accepted");
  if (entry.origin !== "ingress")
    throw new NotReplayableError("its entry is not signed by a known ingress", {
      advice: "Set INGRESS_VERIFICATION_KEYS; if it is set, find out who can write to Redis.",
    });
  const callback = await (entry.outcome === "refused"
    ? refusedOne(invocation, entry)
    : unrecognisedOne(invocation, entry, asInstall));
  const config = readVariables(env, "SEALING_PUBLIC_KEY", "INGRESS_SIGNING_KEY", "REDIS_NAMESPACE");
  const sealed = await sealCallback(await createSeal(config.sealingPublicKey), callback);
  const { installationId } = sealed;
  const store = await reach.store();
  await store.audit.add({ at: now(), who, action: `replay callback ${entry.id}`, installationId });
  const queues = createQueueSet({
    redis: await reach.redis(),
    namespace: config.redisNamespace,
    onError: () => undefined,
    sign: createSign(config.ingressSigningKey),
  });
  try {
    const { jobId } = await queues.addCallback(sealed);
    output.result(
      { installationId, jobId },
      () => `Put into the queue: a worker handles it as job ${jobId}.`,
    );
  } finally {
    await queues.close();
  }
}

/** @throws NotReplayableError with the code of the check that it still fails */
async function refusedOne({ env, reach }: Invocation, entry: InboxEntry): Promise<VerifiedCallback> {
  const { sealed, installationId, code } = entry;
  if (code === "ERR_TOKEN_REUSED")
    throw new NotReplayableError("its token came with another body first", {
      advice: "One of the two was changed. Do not accept it.",
    });
  if (sealed === undefined || installationId === undefined)
    throw new NotReplayableError("its body was not kept: it could not be read");
  const config = readVariables(
    env,
    ...(["TRACKUNIT_APP_IDS", "TRACKUNIT_JWKS_URL", "CALLBACK_ISSUER", "CALLBACK_AUDIENCE"] as const),
    ...(["CALLBACK_MAX_AGE_S", "CALLBACK_ACCOUNT_IDS", "CALLBACK_CLAIMS"] as const),
    ...(["CALLBACK_CONTRADICTIONS", "SEALING_PRIVATE_KEYS", "REDIS_NAMESPACE"] as const),
  );
  const open = await createOpen(config.sealingPrivateKeys);
  const sent = JSON.parse(
    await open(sealed, { installationId: asInstallationId(installationId), purpose: "callback" }),
  ) as { identity: string; body: string };
  const body = JSON.parse(sent.body) as CallbackBody;
  const receivedAt = new Date(entry.at);
  if (!config.trackunitAppIds.includes(body.irisAppId))
    throw new NotReplayableError("its app is not among TRACKUNIT_APP_IDS");
  const fetcher = createKeySetFetcher(config.trackunitJwksUrl, readOutbound(env));
  const { accountId, token } = await checkedAgain().catch((cause: unknown) => {
    const { code, reason } = refusalOf(cause);
    throw new NotReplayableError(
      `it would be refused again: ${code}${reason === undefined ? "" : ` (${reason})`}`,
      { cause, advice: "Change the variable that refuses it, if the callback is Trackunit's." },
    );
  });
  const contentHash = contentHashOf(token, body);
  const redis = await reach.redis();
  const bound = await redis.get(redisKeys(config.redisNamespace).callbackToken(token.id));
  if (bound !== null && bound !== contentHash)
    throw new NotReplayableError("its token came with another body too");
  return { body, accountId, contentHash, issuedAt: token.issuedAt, receivedAt };

  async function checkedAgain() {
    try {
      const accountId = accountIdIn(body, config.callbackAccountIds);
      const token = await verifyToken(
        tokenOf(sent.identity),
        {
          keyFor: localKeys(await fetcher.fetch()),
          issuer: config.callbackIssuer,
          audience: config.callbackAudience?.ofAll,
          maxAgeMs: config.callbackMaxAgeS * 1_000,
        },
        receivedAt,
      );
      checkClaims(token.claims, body, {
        claims: config.callbackClaims ?? {},
        audienceOfApp: config.callbackAudience?.ofApp ?? {},
        contradictions: config.callbackContradictions,
      });
      return { accountId, token };
    } finally {
      await fetcher.close();
    }
  }
}

/** Verified when it arrived; only its type was unknown. */
async function unrecognisedOne(
  { env, reach }: Invocation,
  { jobId = "" }: InboxEntry,
  asInstall: boolean,
): Promise<VerifiedCallback> {
  const store = await reach.store();
  const kept = await store.findUnrecognised(jobId);
  if (kept === null)
    throw new NotReplayableError("it is not stored, or no longer: 100 per account are kept, for 90 days");
  if (!asInstall)
    throw new NotReplayableError(`its type is ${kept.type}, which has no effect`, {
      advice: "Add --as-install if it is an install by another name.",
    });
  const { installationId, accountId, sealedBody, receivedAt } = kept;
  const open = await createOpen(readVariables(env, "SEALING_PRIVATE_KEYS").sealingPrivateKeys);
  const sent = JSON.parse(await open(sealedBody, { installationId, purpose: "callback" })) as CallbackBody;
  const body: CallbackBody = { ...sent, type: "INSTALLED" };
  const hasCredential = [body.clientId, body.clientSecret].every(
    (text) => typeof text === "string" && text !== "",
  );
  if (!isInstalled(body) || !hasCredential)
    throw new NotReplayableError("it holds no client id and client secret, so it is not an install");
  const contentHash = createHash("sha256").update(`${jobId} as install`).digest("hex");
  return { body, accountId, contentHash, issuedAt: undefined, receivedAt };
}
