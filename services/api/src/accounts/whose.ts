// Whose accounts, records or changes a list means: those of the key's app, of the app that the query names,
// or all.

import type { ApiKeyRow, RecordQuery } from "@fleetkeeper/store";
import { Problem } from "../problems.ts";

/**
 * The app whose accounts a list has; null for those of all apps.
 * @throws Problem ERR_NOT_FOUND for another app than the key's, whether it is there or not: an empty list
 * would look as if the app had no accounts
 */
export function appOf({ irisAppId }: ApiKeyRow, named: string | undefined): string | null {
  if (irisAppId !== null && named !== undefined && named !== irisAppId)
    throw new Problem("ERR_NOT_FOUND", { detail: `This API key sees the accounts of ${irisAppId} only.` });
  return named ?? irisAppId;
}

/** @throws as `appOf` */
export function whoseOf(key: ApiKeyRow, named: string | undefined): RecordQuery["whose"] {
  const app = appOf(key, named);
  return app === null ? "all" : { app };
}
