// What was done with keys, in the audit log, before it is done.

import { isSet } from "../configuration.ts";
import type { Invocation } from "../invoke.ts";

/** A machine that makes keys may have no way to MongoDB: then it is said that nothing notes it. */
export async function noteKeys({ env, reach, output, who, now }: Invocation, action: string): Promise<void> {
  if (!isSet(env, "MONGODB_URL")) {
    output.remark("MONGODB_URL is not set: this was not written to the audit log.");
    return;
  }
  const { audit } = await reach.store();
  await audit.add({ at: now(), who, action, topic: "sealing-keys" });
}
