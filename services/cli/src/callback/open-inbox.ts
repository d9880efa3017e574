// What the ingress saw of callbacks, as the commands read it.

import { type InboxEntry, readCallbackInbox } from "@fleetkeeper/jobs";
import { createVerify, publicHalfOf } from "@fleetkeeper/sealing";
import { isSet, readVariables } from "../configuration.ts";
import { AmbiguousCallbackError, NothingFoundError } from "../errors.ts";
import type { Invocation } from "../invoke.ts";

/** Without either key the origin of entries is not checked, and each says so. */
export async function openInbox({ env, reach }: Pick<Invocation, "env" | "reach">): Promise<InboxEntry[]> {
  const { redisNamespace } = readVariables(env, "REDIS_NAMESPACE");
  const verify = isSet(env, "INGRESS_VERIFICATION_KEYS")
    ? createVerify(readVariables(env, "INGRESS_VERIFICATION_KEYS").ingressVerificationKeys)
    : isSet(env, "INGRESS_SIGNING_KEY")
      ? createVerify({ keys: [publicHalfOf(readVariables(env, "INGRESS_SIGNING_KEY").ingressSigningKey)] })
      : undefined;
  return readCallbackInbox(await reach.redis(), redisNamespace, verify);
}

/** @throws NothingFoundError, AmbiguousCallbackError */
export function findSeen(entries: readonly InboxEntry[], id: string): InboxEntry {
  const found = entries.filter((entry) => entry.id.startsWith(id.replace(/…$/, "")));
  const [only] = found;
  if (only === undefined || id === "")
    throw new NothingFoundError(`there is no callback ${id}`, {
      advice: "See `fleetkeeper callback list`; the last 200 accepted and 200 refused are kept, for 30 days.",
    });
  if (found.length > 1)
    throw new AmbiguousCallbackError(`${id} can be ${found.map((entry) => entry.id).join(", ")}`, {
      advice: "Give more of the id.",
    });
  return only;
}
