// `keys list`: the sealing keys, and how much is sealed with each.

import type { Command } from "commander";
import type { JWK } from "jose";
import { addCommand } from "../add-command.ts";
import { isSet, readVariables } from "../configuration.ts";
import { type Invocation, invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { countKeyUses, type KeyUses } from "./key-uses.ts";

export interface KeyRow extends KeyUses {
  keyId: string;
  algorithm: string | null;
  /** It is SEALING_PUBLIC_KEY. */
  seals: boolean;
  /** Its private half is in SEALING_PRIVATE_KEYS; null where that is not set here. */
  opens: boolean | null;
  /** Nothing needs it any more. */
  canBeDropped: boolean;
}

export function addKeysList(keys: Command): void {
  addCommand(keys, "list", {
    summary: "List sealing keys, and how much is sealed with each",
    details:
      "Reads MONGODB_URL; also SEALING_PUBLIC_KEY, SEALING_PRIVATE_KEYS and, for jobs that wait or failed, REDIS_URL, where they are set.",
    examples: ["keys list"],
  }).action(
    invoke(async (invocation) => {
      const rows = await listKeys(invocation);
      invocation.output.result({ keys: rows }, () => words(rows, invocation.output.paint));
    }),
  );
}

async function listKeys({ reach, env, output, signal }: Invocation): Promise<KeyRow[]> {
  const sealing = isSet(env, "SEALING_PUBLIC_KEY")
    ? readVariables(env, "SEALING_PUBLIC_KEY").sealingPublicKey
    : undefined;
  const opening = isSet(env, "SEALING_PRIVATE_KEYS")
    ? readVariables(env, "SEALING_PRIVATE_KEYS").sealingPrivateKeys.keys
    : undefined;
  const store = await reach.store();
  const queues = isSet(env, "REDIS_URL") ? await reach.queues() : undefined;
  if (queues === undefined) output.remark("REDIS_URL is not set: jobs that wait or failed are not counted.");
  const progress = output.progress("sealed texts read", await store.sealedTexts.estimate());
  try {
    const uses = await countKeyUses({ store, queues, signal, onCounted: (count) => progress.advance(count) });
    return rowsOf(sealing, opening, uses, queues !== undefined);
  } finally {
    progress.end();
  }
}

export function rowsOf(
  sealing: JWK | undefined,
  opening: readonly JWK[] | undefined,
  uses: ReadonlyMap<string, KeyUses>,
  jobsCounted: boolean,
): KeyRow[] {
  const jwks = new Map(
    [...(opening ?? []), ...(sealing === undefined ? [] : [sealing])].map((jwk) => [jwk.kid ?? "", jwk]),
  );
  const keyIds = [...new Set([...jwks.keys(), ...uses.keys()])];
  return keyIds.map((keyId) => {
    const count = uses.get(keyId) ?? { credentials: 0, callbacks: 0, jobs: 0 };
    const seals = keyId === sealing?.kid;
    return {
      keyId,
      algorithm: jwks.get(keyId)?.alg ?? null,
      seals,
      opens: opening === undefined ? null : opening.some(({ kid }) => kid === keyId),
      ...count,
      canBeDropped:
        jobsCounted &&
        sealing !== undefined &&
        !seals &&
        count.credentials + count.callbacks + count.jobs === 0,
    };
  });
}

function words(rows: readonly KeyRow[], paint: Paint): string {
  return table(
    ["key", "algorithm", "role", "credentials", "callbacks", "jobs", ""],
    rows.map((row) => [
      row.keyId === "" ? paint("bad", "(no sealed text)") : row.keyId,
      row.algorithm ?? "-",
      roleOf(row, paint),
      `${row.credentials}`,
      `${row.callbacks}`,
      `${row.jobs}`,
      row.canBeDropped ? paint("quiet", "can be dropped") : "",
    ]),
    paint,
  );
}

function roleOf({ seals, opens }: KeyRow, paint: Paint): string {
  if (opens === false)
    return paint("bad", seals ? "seals, but its private key is missing" : "its private key is missing");
  return [seals ? "seals" : "", opens ? "opens" : ""].filter((word) => word !== "").join(", ") || "-";
}
