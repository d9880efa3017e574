// A request for one thing by its id. Third-party clients see 403 for a single site that the account may not
// see, while its list is open to them.

import { ApiForbiddenError, ApiRejectedError } from "./errors.ts";
import type { ApiRequest, Send } from "./exchange.ts";

/** `hidden` is a 403: this account may not see it. `absent` is a 404. */
export type MaybeItem = { outcome: "given"; item: unknown } | { outcome: "hidden" | "absent" };

/** @throws ApiError for everything but 403 and 404. */
export async function sendForItem(send: Send, request: ApiRequest, signal: AbortSignal): Promise<MaybeItem> {
  try {
    return { outcome: "given", item: await send(request, signal) };
  } catch (error) {
    if (error instanceof ApiForbiddenError) return { outcome: "hidden" };
    if (error instanceof ApiRejectedError && error.status === 404) return { outcome: "absent" };
    throw error;
  }
}
