// API keys: each app that one is bound to has accounts, and more keys can be made.

import { counted } from "@fleetkeeper/operator";
import { type ApiKeyRow, maxApiKeys } from "@fleetkeeper/store";
import { type Examine, type Finding, ok, warning } from "../finding.ts";

/** From then on an operator should check which keys are no longer needed. */
const manyKeys = maxApiKeys * 0.9;
const names = 3;

export const examineApiKeys: Examine = async ({ reach }) => {
  const store = await reach.store();
  const keys = await store.apiKeys.list();
  const valid = keys.filter(({ revokedAt }) => revokedAt === null);
  if (valid.length === 0) return [ok("API_KEYS", "there is no API key: the API is not used")];
  const apps = [...new Set(valid.flatMap(({ irisAppId }) => irisAppId ?? []))];
  const withoutAccounts: string[] = [];
  for (const app of apps) {
    const { rows } = await store.installations.list({ sort: "id", limit: 1, app });
    if (rows.length === 0) withoutAccounts.push(app);
  }
  const findings = [...ofNoAccount(valid, withoutAccounts), ...nearlyFull(keys)];
  return findings.length > 0
    ? findings
    : [ok("API_KEYS", `${counted(valid.length, "API key")}, all for existing accounts`)];
};

function ofNoAccount(keys: readonly ApiKeyRow[], apps: readonly string[]): Finding[] {
  const blind = keys.filter(({ irisAppId }) => irisAppId !== null && apps.includes(irisAppId));
  if (blind.length === 0) return [];
  const named = blind.slice(0, names).map(({ name, irisAppId }) => `"${name}" of ${irisAppId}`);
  return [
    warning(
      "API_KEY_SEES_NOTHING",
      `${counted(blind.length, "API key")} for an app that no account has installed (${named.join(", ")}${blind.length > names ? ", …" : ""})`,
      "Nothing, before the first install. Otherwise compare the name with TRACKUNIT_APP_IDS, and make a new key.",
    ),
  ];
}

function nearlyFull(keys: readonly ApiKeyRow[]): Finding[] {
  if (keys.length < manyKeys) return [];
  return [
    warning(
      "API_KEYS_NEARLY_FULL",
      `there are ${counted(keys.length, "API key")}, revoked ones included, of at most ${maxApiKeys}`,
      "Use one key for each program, not for each request or customer.",
    ),
  ];
}
