// `callback verify`: why would this captured callback be refused?

import { readFileSync } from "node:fs";
import { createKeySetFetcher, localKeys, Refusal } from "@fleetkeeper/callbacks";
import { redisKeys } from "@fleetkeeper/redis";
import type { Command } from "commander";
import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { addCommand } from "../add-command.ts";
import { readOutbound, readVariables } from "../configuration.ts";
import { CaptureError, FileError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { examinationInWords } from "./examination-in-words.ts";
import { examine } from "./examine.ts";
import { instantOf, readCapture } from "./read-capture.ts";

interface Options {
  at?: string;
  keys?: string;
  binding?: boolean;
}

export function addCallbackVerify(callback: Command): void {
  addCommand(callback, "verify", {
    arguments: { "<file>": "the captured request" },
    summary: "Explain whether and why a captured callback would be refused",
    details:
      "The file holds the request as received (`POST /appinstall HTTP/1.1`, headers, body) or JSON {headers, body, receivedAt}; - is standard input. Reads TRACKUNIT_APP_IDS, TRACKUNIT_JWKS_URL, CALLBACK_… and INGRESS_PATH, and Redis only with --binding. It prints no secret and no signature.",
    examples: [
      "callback verify captured.http --at 2026-01-31T12:00:00Z",
      "callback verify captured.json --keys jwks.json",
    ],
  })
    .option("--at <time>", "when it was received (default: receivedAt of the capture, or now)")
    .option("--keys <file>", "verify with this key set instead of TRACKUNIT_JWKS_URL")
    .option("--binding", "also check in Redis whether another body came with the same token")
    .action(invoke<Options, [string]>(verify));
}

async function verify({ env, reach, output, now }: Invocation, { at, keys, binding }: Options, file: string) {
  const config = readVariables(
    env,
    "TRACKUNIT_APP_IDS",
    "TRACKUNIT_JWKS_URL",
    "CALLBACK_ISSUER",
    "CALLBACK_AUDIENCE",
    "CALLBACK_MAX_AGE_S",
    "CALLBACK_ACCOUNT_IDS",
    "CALLBACK_CLAIMS",
    "CALLBACK_CONTRADICTIONS",
    "INGRESS_PATH",
    "REDIS_NAMESPACE",
  );
  const capture = readCapture(readText(file));
  const keySet =
    keys === undefined ? await fetchKeys(config.trackunitJwksUrl, env) : keySetOf(readText(keys));
  const redis = binding ? await reach.redis() : undefined;
  const examination = await examine({
    capture,
    basePath: config.ingressPath,
    at: at === undefined ? (capture.receivedAt ?? now()) : instantOf(at),
    tokenRules: {
      keyFor: keySet === undefined ? noKeys : localKeys(keySet),
      issuer: config.callbackIssuer,
      audience: config.callbackAudience?.ofAll,
      maxAgeMs: config.callbackMaxAgeS * 1_000,
    },
    claimRules: {
      claims: config.callbackClaims ?? {},
      audienceOfApp: config.callbackAudience?.ofApp ?? {},
      contradictions: config.callbackContradictions,
    },
    accountIds: config.callbackAccountIds,
    allowedApps: new Set(config.trackunitAppIds),
    boundHash: redis && ((token) => redis.get(redisKeys(config.redisNamespace).callbackToken(token.id))),
  });
  const keyIds = keySet?.keys.map(({ kid = "(none)" }) => kid) ?? [];
  output.result({ ...examination, keyIds }, () => examinationInWords(examination, keyIds, output.paint));
  return examination.verdict === "accepted" ? exitCodes.ok : exitCodes.refused;
}

const noKeys: JWTVerifyGetKey = async () => {
  throw new Refusal("ERR_KEY_SET_UNAVAILABLE");
};

async function fetchKeys(url: string, env: NodeJS.ProcessEnv): Promise<JSONWebKeySet | undefined> {
  const fetcher = createKeySetFetcher(url, readOutbound(env));
  try {
    return await fetcher.fetch();
  } catch {
    return undefined;
  } finally {
    await fetcher.close();
  }
}

function keySetOf(text: string): JSONWebKeySet {
  try {
    const keySet = JSON.parse(text);
    if (Array.isArray(keySet?.keys)) return keySet;
  } catch {
    // Said below.
  }
  throw new CaptureError("the file given by --keys holds no key set");
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new FileError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
