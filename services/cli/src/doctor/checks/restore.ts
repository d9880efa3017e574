// Whether MongoDB is of the same time as Redis: installs that were carried out must be in it, unless the
// account was forgotten.

import { installOf } from "@fleetkeeper/jobs";
import { isSet } from "../../configuration.ts";
import { type Examine, type Finding, ok, problem, skipped } from "../finding.ts";

/** The last jobs that are looked at, and how many accounts are named. */
const looksAt = 200;
const names = 5;

export const examineRestore: Examine = async ({ env, reach }) => {
  if (!isSet(env, "REDIS_URL"))
    return [skipped("RESTORE", "whether MongoDB is older than Redis was not checked: REDIS_URL is not set")];
  const { queues } = await reach.queues();
  const store = await reach.store();
  const ended = await queues.install.getJobs(["completed"], 0, looksAt - 1);
  const missing = new Set<string>();
  for (const { data } of ended)
    if (data?.kind === "install" && !(await store.hasInstall(installOf(data))))
      missing.add(data.installationId);
  return [finding([...missing])];
};

function finding(missing: readonly string[]): Finding {
  if (missing.length === 0) return ok("RESTORE", "MongoDB has all installs that Redis knows");
  return problem(
    "MONGODB_OLDER_THAN_REDIS",
    `installs of ${missing.length} accounts were done but are not in MongoDB: ${missing.slice(0, names).join(", ")}${missing.length > names ? ", …" : ""}`,
    "If it was restored from a backup: stop the workers, run `fleetkeeper after-restore`, start them. These accounts must install the app again.",
  );
}
