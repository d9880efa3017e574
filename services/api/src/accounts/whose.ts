// Whose records or changes a list across accounts means: those of the key's app, of the app that the query
// names, or all.

import type { ApiKeyRow, RecordQuery } from "@fleetkeeper/store";

/** Undefined where the key does not see what was asked for. */
export function whoseOf(
  { irisAppId }: ApiKeyRow,
  named: string | undefined,
): RecordQuery["whose"] | undefined {
  if (irisAppId !== null && named !== undefined && named !== irisAppId) return undefined;
  const app = named ?? irisAppId;
  return app === null ? "all" : { app };
}
