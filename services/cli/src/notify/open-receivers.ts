// What the commands about receivers work with.

import { checkGuardedUrl } from "@fleetkeeper/http";
import { createReceiverActions } from "@fleetkeeper/operator";
import { createSealFor } from "@fleetkeeper/sealing";
import { isSet, readVariables } from "../configuration.ts";
import type { Invocation } from "../invoke.ts";

export const receiverArgument = { "<receiver>": "its id, as `notify list` shows it" };

export async function openReceivers({ env, reach, now }: Invocation) {
  const { notifyAddresses } = readVariables(env, "NOTIFY_ADDRESSES");
  const publicKey = isSet(env, "SEALING_PUBLIC_KEY")
    ? readVariables(env, "SEALING_PUBLIC_KEY").sealingPublicKey
    : undefined;
  return createReceiverActions({
    store: await reach.store(),
    sealSecret: publicKey && (await createSealFor(publicKey, "notify-secret")),
    checkUrl: (url) => checkGuardedUrl(url, { allowPrivate: notifyAddresses === "any" }),
    now,
  });
}
