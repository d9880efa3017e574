// Receivers of events: whether each is told, and whether it may be told at its address.

import { checkGuardedAddress, HttpError } from "@fleetkeeper/http";
import { counted, duration, fromNow } from "@fleetkeeper/operator";
import type { ReceiverRow } from "@fleetkeeper/store";
import { readVariables } from "../../configuration.ts";
import { type Examine, type Finding, ok, problem, warning } from "../finding.ts";

/** A deployment of the receiver is over by then; after three days it is disabled. */
const longMs = 6 * 3_600_000;
const names = 3;

export const examineReceivers: Examine = async ({ env, reach, now }) => {
  const { events } = await reach.store();
  const receivers = await events.receivers.list();
  if (receivers.length === 0) return [ok("RECEIVERS", "there is no receiver: events are not sent anywhere")];
  const allowPrivate = readVariables(env, "NOTIFY_ADDRESSES").notifyAddresses === "any";
  const at = now();
  const findings = [
    ...(await refused(receivers, allowPrivate)),
    ...disabled(receivers, at),
    ...failing(receivers, at),
  ];
  return findings.length > 0
    ? findings
    : [
        ok(
          "RECEIVERS",
          `${counted(receivers.length, "receiver")}, none of them disabled or failing for long`,
        ),
      ];
};

async function refused(receivers: readonly ReceiverRow[], allowPrivate: boolean): Promise<Finding[]> {
  const isRefused = await Promise.all(
    receivers.map(({ url }) =>
      checkGuardedAddress(url, { allowPrivate }).then(
        () => false,
        (error: unknown) => {
          if (error instanceof HttpError) return true;
          throw error;
        },
      ),
    ),
  );
  const found = receivers.filter((_, index) => isRefused[index]);
  if (found.length === 0) return [];
  return [
    problem(
      "RECEIVER_ADDRESS_REFUSED",
      `${counted(found.length, "receiver")} at an address that NOTIFY_ADDRESSES=${allowPrivate ? "any" : "public"} does not allow (${named(found)}): nothing is sent there`,
      allowPrivate
        ? "Give it another address: `fleetkeeper notify change <receiver> --url <url>`."
        : "Give it a public address with https:// by `fleetkeeper notify change <receiver> --url <url>`, or set NOTIFY_ADDRESSES=any for worker, board and API.",
    ),
  ];
}

function disabled(receivers: readonly ReceiverRow[], now: Date): Finding[] {
  const found = receivers.filter((one) => one.disabled !== null);
  const byUs = found.filter((one) => one.disabled?.why !== "operator");
  const since = (some: readonly ReceiverRow[]) =>
    fromNow(new Date(Math.min(...some.map((one) => one.disabled?.at.getTime() ?? 0))), now);
  if (byUs.length > 0)
    return [
      problem(
        "RECEIVERS_DISABLED",
        `${counted(byUs.length, "receiver")} disabled because nothing was accepted there (${named(byUs)}), the first one ${since(byUs)}`,
        "See its answers: `fleetkeeper notify deliveries <receiver>`. Once it answers 2xx, `fleetkeeper notify enable <receiver>` within 14 days of its first failure sends it the events that waited.",
      ),
    ];
  if (found.length === 0) return [];
  return [
    warning(
      "RECEIVERS_TURNED_OFF",
      `${counted(found.length, "receiver")} disabled by an operator (${named(found)}), the first one ${since(found)}`,
      "Its events are kept for 14 days: `fleetkeeper notify enable <receiver>`, or remove it.",
    ),
  ];
}

function failing(receivers: readonly ReceiverRow[], now: Date): Finding[] {
  const since = ({ failingSince, disabled }: ReceiverRow) =>
    failingSince === null || disabled !== null ? 0 : now.getTime() - failingSince.getTime();
  const found = receivers.filter((one) => since(one) > longMs);
  if (found.length === 0) return [];
  return [
    warning(
      "RECEIVERS_FAILING",
      `${counted(found.length, "receiver")} accepted nothing for up to ${duration(Math.max(...found.map(since)))} (${named(found)})`,
      "See its answers: `fleetkeeper notify deliveries <receiver>`. After three days it is disabled.",
    ),
  ];
}

/** Without what is behind the host, which may hold a secret. */
function named(receivers: readonly ReceiverRow[]): string {
  const some = receivers.slice(0, names).map(({ _id, url }) => `${_id} at ${URL.parse(url)?.host ?? "?"}`);
  return `${some.join(", ")}${receivers.length > names ? ", …" : ""}`;
}
