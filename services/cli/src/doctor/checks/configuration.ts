// The configuration: every fault of every variable that the services read and we know.

import { callbackPath } from "@fleetkeeper/callbacks";
import { faultsOf } from "@fleetkeeper/runtime";
import { readOutbound, readVariables, type VariableName, variables } from "../../configuration.ts";
import { type Examine, type Finding, ok, problem, warning } from "../finding.ts";

const loopback = /^(localhost|127\.|\[::1\])/;
const urls = ["TRACKUNIT_JWKS_URL", "TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL"] as const;

export const examineConfiguration: Examine = async ({ env }) => {
  const names = Object.keys(variables) as VariableName[];
  const faults = [...names.map((name) => () => readVariables(env, name)), () => readOutbound(env)].flatMap(
    faultsOf,
  );
  const findings: Finding[] = [...new Set(faults)].map((fault) =>
    problem(
      "CONFIGURATION_FAULT",
      fault,
      "Set it for every service that reads it; docs/configuration.md says which.",
    ),
  );
  for (const name of urls) {
    const value = env[name];
    if (!value?.startsWith("http://") || !URL.canParse(value)) continue;
    if (!loopback.test(new URL(value).host))
      findings.push(
        warning(
          "CONFIGURATION_PLAIN_HTTP",
          `${name}: is http:, which others on the way can read and change`,
          "Use https:.",
        ),
      );
  }
  return findings.length > 0
    ? findings
    : [
        ok("CONFIGURATION", `${Object.keys(variables).length} variables are valid`),
        ok(
          "CALLBACK_PATH",
          `callbacks come to POST ${readVariables(env, "INGRESS_PATH").ingressPath}${callbackPath}: the path of the URL in the app's manifest`,
        ),
      ];
};
