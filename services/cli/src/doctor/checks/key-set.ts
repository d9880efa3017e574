// The key set that callback tokens are verified with: there, and with keys that can verify.

import { createKeySetFetcher, KeySetFetchError } from "@fleetkeeper/callbacks";
import type { JWK } from "jose";
import { readOutbound, readVariables } from "../../configuration.ts";
import { askDate } from "../ask-date.ts";
import { type Examine, ok, problem } from "../finding.ts";

export const examineKeySet: Examine = async (examiner) => {
  const { trackunitJwksUrl: url } = readVariables(examiner.env, "TRACKUNIT_JWKS_URL");
  const answer = await askDate(url, "the key endpoint", examiner);
  if (answer.status === undefined)
    return [
      problem(
        "KEY_SET_UNREACHABLE",
        `${url} does not answer (${answer.reason}): no callback can be verified`,
        "Check TRACKUNIT_JWKS_URL, and that the ingress may reach it.",
      ),
    ];
  const fetcher = createKeySetFetcher(url, readOutbound(examiner.env));
  try {
    const { keys } = await fetcher.fetch();
    return [ok("KEY_SET", `${keys.length} keys: ${keys.map(inWords).join(", ")}`)];
  } catch (error) {
    if (!(error instanceof KeySetFetchError)) throw error;
    return [
      problem(
        "KEY_SET_UNUSABLE",
        `${error.message}: no callback can be verified`,
        "Check that TRACKUNIT_JWKS_URL is Trackunit's key set.",
      ),
    ];
  } finally {
    await fetcher.close();
  }
};

function inWords({ kid = "without kid", kty, crv, alg }: JWK): string {
  return `${kid} (${[kty, crv, alg].filter(Boolean).join(" ")})`;
}
