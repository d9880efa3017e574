// MongoDB: which server it is, the indexes that everything relies on, and whether its documents are of this
// version.

import { adviceOn, type Store } from "@fleetkeeper/store";
import { readVariables } from "../../configuration.ts";
import { clockSample } from "../clock-sample.ts";
import { type Examine, type Finding, ok, problem, warning } from "../finding.ts";

export const examineMongodb: Examine = async ({ env, reach, clocks, now }) => {
  const store = await reach.store();
  const askedAt = now();
  const { server, serverTime, missingIndexes } = await store.inspect();
  if (serverTime !== undefined)
    clocks.push(clockSample({ of: "MongoDB", serverTime, precisionMs: 0, askedAt, answeredAt: now() }));
  return [
    ok("MONGODB_VERSION", server),
    missingIndexes.length === 0
      ? ok("MONGODB_INDEXES", "all indexes exist")
      : problem(
          "MONGODB_INDEX_MISSING",
          `missing: ${missingIndexes.join(", ")}`,
          "Start a worker again: it makes the indexes that are missing.",
        ),
    await schemaFinding(store),
    ...urlFindings(readVariables(env, "MONGODB_URL").mongodbUrl),
  ];
};

async function schemaFinding({ migrations }: Store): Promise<Finding> {
  const { stored, target } = await migrations.version();
  if (await migrations.isBehind())
    return warning(
      "MONGODB_SCHEMA_OLD",
      `documents are of an earlier version of Fleetkeeper: the schema has version ${stored}, and this writes ${target}`,
      "A worker of this version brings them up to date; if it does not, see its log, or run `fleetkeeper migrate`.",
    );
  const newer = stored > target ? `, which is newer than this command's ${target}` : "";
  return ok(
    "MONGODB_SCHEMA",
    `no document is of an earlier version; the schema has version ${stored}${newer}`,
  );
}

function urlFindings(mongodbUrl: string): Finding[] {
  const said = adviceOn(mongodbUrl);
  if (said.length === 0) return [];
  return [
    warning(
      "MONGODB_URL_OPTIONS",
      `MONGODB_URL says ${said.join(", ")}`,
      "Remove it. Concerns are always majority and reads go to the primary; turn retries off only if the server does not support them.",
    ),
  ];
}
