// Webhooks: endpoints have their keys, the ingress is notified of them, and none is quiet for longer than
// usual.

import { counted, duration } from "@fleetkeeper/operator";
import { standingOf, type WebhookEndpointDocument } from "@fleetkeeper/store";
import { readVariables } from "../../configuration.ts";
import { type Examine, type Finding, ok, problem, warning } from "../finding.ts";

/** Workers tell the ingress within seconds. */
const untoldMs = 60_000;
/** An administrator has had time to copy the key. */
const keyWithinMs = 24 * 3_600_000;
/** Endpoints that are looked at, and accounts that are named. */
const looksAt = 20_000;
const pageSize = 1_000;
const names = 3;

export const examineWebhooks: Examine = async ({ env, reach, now }) => {
  const { webhookEndpoints } = await reach.store();
  const endpoints: WebhookEndpointDocument[] = [];
  for (let after = ""; endpoints.length < looksAt; ) {
    const page = await webhookEndpoints.list(pageSize, after);
    endpoints.push(...page);
    after = page.at(-1)?._id ?? "";
    if (page.length < pageSize) break;
  }
  if (endpoints.length === 0) return [ok("WEBHOOKS", "no account has an endpoint for webhooks")];
  if (readVariables(env, "WEBHOOK_KEY").webhookKey === undefined)
    return [
      problem(
        "WEBHOOK_KEY_MISSING",
        `${counted(endpoints.length, "endpoint")} for webhooks and no WEBHOOK_KEY: every delivery is refused`,
        "Give ingress, worker and board the WEBHOOK_KEY that the endpoints were made with.",
      ),
    ];
  const at = now();
  const findings = [
    ...untold(await webhookEndpoints.due(at, 1), at),
    ...silent(endpoints, at),
    ...keyless(endpoints, at),
  ];
  return findings.length > 0
    ? findings
    : [ok("WEBHOOKS", `${counted(endpoints.length, "endpoint")} for webhooks, none of them silent`)];
};

function untold([first]: WebhookEndpointDocument[], now: Date): Finding[] {
  const lateMs = first === undefined ? 0 : now.getTime() - first.publishAt.getTime();
  if (first === undefined || lateMs < untoldMs) return [];
  return [
    problem(
      "WEBHOOK_ENDPOINTS_UNTOLD",
      `the ingress should have got an endpoint of ${first.installationId} ${duration(lateMs)} ago`,
      "Start a worker that has WEBHOOK_KEY. If one runs, look at its log for `webhook key does not open`.",
    ),
  ];
}

function silent(endpoints: readonly WebhookEndpointDocument[], now: Date): Finding[] {
  const quiet = endpoints.filter((endpoint) => standingOf(endpoint, now) === "silent");
  if (quiet.length === 0) return [];
  return [
    warning(
      "WEBHOOKS_SILENT",
      `${counted(quiet.length, "endpoint")} of ${endpoints.length} had no webhook for longer than usual (${named(quiet)}): syncs run by schedule`,
      "See `fleetkeeper webhooks list`. Check in Trackunit Manager whether the webhook exists and is turned on; refused deliveries are on the account's page.",
    ),
  ];
}

function keyless(endpoints: readonly WebhookEndpointDocument[], now: Date): Finding[] {
  const without = endpoints.filter(
    ({ keys, createdAt }) => keys.length === 0 && now.getTime() - createdAt.getTime() > keyWithinMs,
  );
  if (without.length === 0) return [];
  return [
    warning(
      "WEBHOOK_ENDPOINTS_WITHOUT_KEY",
      `${counted(without.length, "endpoint")} without a signing key for over a day (${named(without)}): deliveries are refused`,
      "Give it by `fleetkeeper webhooks rotate <endpoint>`, or remove the endpoint.",
    ),
  ];
}

function named(endpoints: readonly WebhookEndpointDocument[]): string {
  const accounts = [...new Set(endpoints.map(({ installationId }) => installationId))];
  return `${accounts.slice(0, names).join(", ")}${accounts.length > names ? ", …" : ""}`;
}
