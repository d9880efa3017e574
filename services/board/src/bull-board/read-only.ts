// Shows viewers a Bull board without buttons. The gate refuses what they would do; this only spares them the try.

import type { Identity } from "../auth/identity.ts";

/** Changes the answer of the Bull board's `/api/queues`; leaves every other as it is. */
export function readOnlyForViewers(identity: Identity | undefined, payload: unknown): unknown {
  if (identity?.role === "operator" || !hasQueues(payload)) return payload;
  const queues = payload.queues.map((queue) => ({ ...queue, readOnlyMode: true, allowRetries: false }));
  return { ...payload, queues };
}

function hasQueues(payload: unknown): payload is { queues: object[] } {
  return (
    typeof payload === "object" && payload !== null && "queues" in payload && Array.isArray(payload.queues)
  );
}
