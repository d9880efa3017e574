// What a callback token must claim: whether it is set, and what accepted callbacks carried, to choose from.

import { redisKeys } from "@fleetkeeper/redis";
import { readVariables } from "../../configuration.ts";
import { type Examine, type Finding, ok, warning } from "../finding.ts";

export const examineCallbackClaims: Examine = async ({ env, reach }) => {
  const config = readVariables(
    env,
    "REDIS_NAMESPACE",
    "CALLBACK_ISSUER",
    "CALLBACK_AUDIENCE",
    "CALLBACK_CLAIMS",
  );
  const redis = await reach.redis();
  const facts = await redis.hkeys(redisKeys(config.redisNamespace).callbackClaims());
  const seen = (kind: string) =>
    facts.filter((fact) => fact.startsWith(`${kind} `)).map((fact) => fact.slice(kind.length + 1));
  const claims = config.callbackClaims ?? {};
  const proposals = (["accountId", "irisAppId", "bodyHash"] as const).flatMap((meaning) =>
    claims[meaning] === undefined ? seen(meaning).map((name) => `${meaning}=${name}`) : [],
  );
  const findings: Finding[] = [];
  for (const [name, value, kind] of [
    ["CALLBACK_ISSUER", config.callbackIssuer, "iss"],
    ["CALLBACK_AUDIENCE", config.callbackAudience, "aud"],
  ] as const)
    if (value === undefined)
      findings.push(
        warning(
          `${name}_UNSET`,
          `${name} is not set: a token that Trackunit signed for another receiver is accepted too`,
          seen(kind).length === 0
            ? "Set it after the first real callback: then this check shows the value it had."
            : `Set it, if these are yours: accepted callbacks had ${seen(kind).join(" and ")}.`,
        ),
      );
  if (proposals.length > 0)
    findings.push(
      warning(
        "CALLBACK_CLAIMS_UNSET",
        "claims of accepted callbacks agreed with the body, but this is not required",
        `Set CALLBACK_CLAIMS, unless that was by chance: choose from ${proposals.join(", ")}.`,
      ),
    );
  return findings.length > 0 ? findings : [ok("CALLBACK_CLAIMS", "issuer and audience are required")];
};
