// `keys rotate`: a new sealing key beside the old ones; later, with `--reseal`, everything sealed again, so
// that the old can go. With `--token-key`, the key of the access tokens in Redis.

import { randomBytes } from "node:crypto";
import { generateSealingKey, generateTokenKey } from "@fleetkeeper/sealing";
import type { Command } from "commander";
import type { JWK } from "jose";
import { addCommand } from "../add-command.ts";
import { isSet, readVariables } from "../configuration.ts";
import { KeysError, UsageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { algorithmOption, type GenerateOptions } from "./generate.ts";
import { type KeyFiles, writeFiles, writeKeyFiles } from "./key-files.ts";
import { countKeyUses } from "./key-uses.ts";
import { noteKeys } from "./note-keys.ts";
import { reseal } from "./reseal.ts";

interface Options extends Omit<GenerateOptions, "out"> {
  out?: string;
  reseal?: boolean;
  dropOld?: boolean;
  tokenKey?: boolean;
  webhookKey?: boolean;
  sessionKey?: boolean;
}

export function addKeysRotate(keys: Command): void {
  addCommand(keys, "rotate", {
    audited: true,
    summary: "Rotate the sealing key, or another key, while everything runs",
    details: [
      "The sealing key, in three steps; each step prints the next one:",
      "  keys rotate             makes a new key and a private set with it and the old ones; roll them out",
      "  keys rotate --reseal    seals everything stored again with SEALING_PUBLIC_KEY; can be interrupted and repeated",
      "  keys rotate --drop-old  writes a private set without the old keys, if they are no longer needed",
      "The token key, in one step, --token-key: texts sealed with it live for hours.",
      "The board's session key, --session-key: logged-in users stay logged in, and the old key can be removed after 12 hours.",
    ].join("\n"),
    examples: [
      "keys rotate --out secrets-new",
      "keys rotate --reseal",
      "keys rotate --drop-old --out secrets-only-new",
      "keys rotate --token-key --out secrets-tokens",
      "keys rotate --session-key --out secrets-sessions",
    ],
  })
    .addOption(algorithmOption())
    .option("--out <folder>", "where key files go (default: secrets-<new key id>)")
    .option("--reseal", "seal everything stored again with SEALING_PUBLIC_KEY")
    .option("--drop-old", "write a private set without the keys that are no longer needed")
    .option("--token-key", "make a new token key before the one of TOKEN_KEY, if that is set")
    .option("--webhook-key", "make a new webhook key before those of WEBHOOK_KEY, if that is set")
    .option("--session-key", "make a new session key of the board before the one of BOARD_SESSION_KEY")
    .action(
      invoke<Options>((invocation, options) => {
        const { reseal, dropOld: drops, tokenKey, webhookKey, sessionKey } = options;
        if ([reseal, drops, tokenKey, webhookKey, sessionKey].filter(Boolean).length > 1)
          throw new UsageError(
            "give one of --reseal, --drop-old, --token-key, --webhook-key and --session-key",
          );
        if (options.sessionKey) return rotateSessionKey(invocation, options.out);
        if (options.tokenKey) return rotateTokenKey(invocation, options.out);
        if (options.webhookKey) return rotateWebhookKey(invocation, options.out);
        if (options.reseal) return resealAll(invocation);
        return options.dropOld ? dropOld(invocation, options.out) : addKey(invocation, options);
      }),
    );
}

async function addKey(invocation: Invocation, { algorithm, out }: Options): Promise<void> {
  const { env, output } = invocation;
  const { sealingPrivateKeys: old } = readVariables(env, "SEALING_PRIVATE_KEYS");
  const { publicKey, privateKey } = await generateSealingKey({ algorithm });
  const folder = out ?? `secrets-${publicKey.kid}`;
  await noteKeys(invocation, `make sealing key ${publicKey.kid}`);
  const files = writeKeyFiles(folder, publicKey, { keys: [...old.keys, privateKey] });
  output.result(
    { keyId: publicKey.kid, algorithm, oldKeyIds: old.keys.map(({ kid }) => kid), ...files },
    () => steps(publicKey, files),
  );
}

/** Two keys at most: what the one before the last sealed has expired. */
async function rotateTokenKey(invocation: Invocation, out: string | undefined): Promise<void> {
  const { env, output } = invocation;
  const old = isSet(env, "TOKEN_KEY") ? readVariables(env, "TOKEN_KEY").tokenKey.keys.slice(0, 1) : [];
  const key = generateTokenKey();
  await noteKeys(invocation, `make token key ${key.kid}`);
  const { token_key: tokenKeyFile } = writeFiles(out ?? `secrets-${key.kid}`, {
    token_key: JSON.stringify({ keys: [key, ...old] }),
  });
  output.result({ keyId: key.kid, oldKeyIds: old.map(({ kid }) => kid), tokenKeyFile }, () =>
    [
      `Token key ${key.kid} is made. Every worker: TOKEN_KEY_FILE=${tokenKeyFile}; restart them.`,
      "A service that cannot open a token requests a new one, so the order does not matter.",
    ].join("\n"),
  );
}

/** Two keys at most: no session lives longer than 12 hours. */
async function rotateSessionKey(invocation: Invocation, out: string | undefined): Promise<void> {
  const { env, output } = invocation;
  const old = readVariables(env, "BOARD_SESSION_KEY").boardSessionKey?.slice(0, 1) ?? [];
  const key = randomBytes(32).toString("base64url");
  await noteKeys(invocation, "make a session key of the board");
  const { board_session_key: sessionKeyFile } = writeFiles(out ?? "secrets-session-key", {
    board_session_key: [key, ...old].join(" "),
  });
  output.result({ keys: 1 + old.length, sessionKeyFile }, () =>
    [
      `A session key is made. Every board: BOARD_SESSION_KEY_FILE=${sessionKeyFile}; restart them.`,
      ...(old.length === 0
        ? ["There was no BOARD_SESSION_KEY here: everyone must log in again once."]
        : [
            "Logged-in users stay logged in. If several boards share an address, first give all of them the two keys in",
            "the other order: then each board knows the new key before any board uses it.",
            "After 12 hours remove the second key, after the blank, from the file, and restart the boards again.",
            "If the old key has leaked, remove it at once: everyone must log in again.",
          ]),
    ].join("\n"),
  );
}

/** The old ones stay: they open the payloads of 30 days. A worker seals the endpoints' keys again. */
async function rotateWebhookKey(invocation: Invocation, out: string | undefined): Promise<void> {
  const { env, output } = invocation;
  const old = readVariables(env, "WEBHOOK_KEY").webhookKey?.keys.slice(0, 3) ?? [];
  const key = generateTokenKey();
  await noteKeys(invocation, `make webhook key ${key.kid}`);
  const { webhook_key: webhookKeyFile } = writeFiles(out ?? `secrets-${key.kid}`, {
    webhook_key: JSON.stringify({ keys: [key, ...old] }),
  });
  output.result({ keyId: key.kid, oldKeyIds: old.map(({ kid }) => kid), webhookKeyFile }, () =>
    [
      `Webhook key ${key.kid} is made: WEBHOOK_KEY_FILE=${webhookKeyFile}. Roll it out in this order:`,
      "  1. every ingress and board: restart them; they open with old and new keys.",
      "  2. then every worker: restart them; within an hour they seal all endpoints again.",
      "An ingress that does not know the new key yet answers deliveries with 401, and they are sent again.",
    ].join("\n"),
  );
}

function steps({ kid }: JWK, { publicKeyFile, privateKeysFile }: KeyFiles): string {
  return [
    `Key ${kid} is made. Roll it out in this order:`,
    `  1. every worker: SEALING_PRIVATE_KEYS_FILE=${privateKeysFile}; restart them all. They open with old and new keys.`,
    `  2. when no worker has the old set any more, ingress and workers: SEALING_PUBLIC_KEY_FILE=${publicKeyFile}; restart.`,
    "  3. with both variables set here too: fleetkeeper keys rotate --reseal",
    "  4. when `fleetkeeper keys list` says that the old keys can be dropped: fleetkeeper keys rotate --drop-old",
    "Keep the old private keys as long as backups of MongoDB with texts sealed by them.",
  ].join("\n");
}

/**
 * The keys to work with, of which the public one's private half must be in the set: nothing else would open
 * what it seals.
 */
function readKeySets(env: Invocation["env"]) {
  const { sealingPublicKey: publicKey, sealingPrivateKeys: privateKeys } = readVariables(
    env,
    "SEALING_PUBLIC_KEY",
    "SEALING_PRIVATE_KEYS",
    // What waits or failed in a queue holds sealed texts too.
    "REDIS_URL",
    "MONGODB_URL",
  );
  if (!privateKeys.keys.some(({ kid }) => kid === publicKey.kid))
    throw new KeysError(
      `the private half of SEALING_PUBLIC_KEY (${publicKey.kid}) is not in SEALING_PRIVATE_KEYS`,
      { advice: "Texts sealed with it could not be opened: roll out the private set first." },
    );
  return { publicKey, privateKeys };
}

async function resealAll(invocation: Invocation) {
  const { env, reach, output, signal } = invocation;
  const { publicKey, privateKeys } = readKeySets(env);
  const store = await reach.store();
  const queues = await reach.queues();
  await noteKeys(invocation, `re-seal with ${publicKey.kid}`);
  const progress = output.progress("sealed texts checked", await store.sealedTexts.estimate());
  const result = await reseal({
    store,
    queues,
    publicKey,
    privateKeys,
    signingKey: isSet(env, "INGRESS_SIGNING_KEY")
      ? readVariables(env, "INGRESS_SIGNING_KEY").ingressSigningKey
      : undefined,
    signal,
    onDone: (count) => progress.advance(count),
  }).finally(() => progress.end());
  const { resealed, already, superseded, jobsLeft, jobsTaken, failed } = result;
  output.result({ keyId: publicKey.kid, ...result }, () =>
    [
      `${resealed} re-sealed with ${publicKey.kid}, ${already} already were, ${superseded} replaced by a newer install meanwhile.`,
      ...(jobsLeft === 0
        ? []
        : [
            `${jobsLeft} jobs that wait or failed are unchanged: set INGRESS_SIGNING_KEY to have them re-sealed.`,
          ]),
      ...(jobsTaken === 0 ? [] : [`${jobsTaken} jobs ran meanwhile: run it again for what they stored.`]),
      ...failed.map(({ id, code }) => output.paint("bad", `not opened: ${id} (${code})`)),
    ].join("\n"),
  );
  return result.failedCount === 0 ? exitCodes.ok : exitCodes.failed;
}

async function dropOld(invocation: Invocation, out: string | undefined): Promise<void> {
  const { env, reach, output, signal } = invocation;
  const { publicKey, privateKeys } = readKeySets(env);
  const kept = privateKeys.keys.filter(({ kid }) => kid === publicKey.kid);
  const store = await reach.store();
  const queues = await reach.queues();
  const progress = output.progress("sealed texts read", await store.sealedTexts.estimate());
  const uses = await countKeyUses({
    store,
    queues,
    signal,
    onCounted: (count) => progress.advance(count),
  }).finally(() => progress.end());
  const needed = [...uses.keys()].filter((keyId) => keyId !== publicKey.kid);
  if (needed.length > 0)
    throw new KeysError(`there are texts sealed with ${needed.join(", ")}`, {
      advice: "Run `fleetkeeper keys rotate --reseal` first; `fleetkeeper keys list` shows what is left.",
    });
  const folder = out ?? `secrets-only-${publicKey.kid}`;
  await noteKeys(invocation, `drop all keys but ${publicKey.kid}`);
  const files = writeKeyFiles(folder, publicKey, { keys: kept });
  const droppedKeyIds = privateKeys.keys.filter((jwk) => !kept.includes(jwk)).map(({ kid }) => kid);
  output.result({ keyId: publicKey.kid, droppedKeyIds, ...files }, () =>
    [
      `Without ${droppedKeyIds.join(", ")}. Every worker: SEALING_PRIVATE_KEYS_FILE=${files.privateKeysFile}; restart them.`,
      "Keep the old private keys as long as backups of MongoDB with texts sealed by them.",
    ].join("\n"),
  );
}
