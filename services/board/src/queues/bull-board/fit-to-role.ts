// Hides buttons for what the gate would refuse anyway, as far as the Bull board lets us: viewers none
// at all.

import type { Identity } from "../../auth/identity.ts";

/** Changes the answer of the Bull board's `/api/queues`; leaves every other as it is. */
export function fitToRole(identity: Identity | undefined, payload: unknown): unknown {
  if (!hasQueues(payload)) return payload;
  const rights =
    identity?.role === "operator"
      ? { allowCompletedRetries: false }
      : { readOnlyMode: true, allowRetries: false, allowCompletedRetries: false };
  return { ...payload, queues: payload.queues.map((queue) => ({ ...queue, ...rights })) };
}

function hasQueues(payload: unknown): payload is { queues: object[] } {
  return (
    typeof payload === "object" && payload !== null && "queues" in payload && Array.isArray(payload.queues)
  );
}
