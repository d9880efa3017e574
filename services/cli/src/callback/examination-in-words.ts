// An examined callback for a person to read: check by check, then what explains the verdict.

import { duration } from "@fleetkeeper/operator";
import type { Paint, Tone } from "../output/style.ts";
import { fields, table } from "../output/table.ts";
import type { CheckResult, Examination } from "./examine.ts";

const tones: Record<CheckResult["outcome"], Tone> = {
  passed: "good",
  refused: "bad",
  skipped: "wait",
  "not reached": "quiet",
};
const times = new Set(["iat", "exp", "nbf"]);

export function examinationInWords(
  examination: Examination,
  keyIds: readonly string[],
  paint: Paint,
): string {
  const { verdict, status, code } = examination;
  const said = verdict === "accepted" ? paint("good", "accepted") : paint("bad", `refused with ${code}`);
  const advised = examination.checks.filter(({ advice }) => advice !== undefined);
  return [
    table(
      ["check", "outcome", "of"],
      examination.checks.map(({ check, outcome, means }) => [check, paint(tones[outcome], outcome), means]),
      paint,
    ),
    explanation(examination, keyIds, paint),
    `The ingress would answer ${status}: ${said}.`,
    ...advised.map(
      ({ code: ofCheck, reason, advice }) =>
        `${paint("bad", ofCheck ?? "")}${reason === undefined ? "" : ` (${reason})`}: ${advice}`,
    ),
  ].join("\n\n");
}

function explanation(
  { token, body, clockDifferenceMs, at }: Examination,
  keyIds: readonly string[],
  paint: Paint,
): string {
  const claims = Object.entries(token?.claims ?? {}).map(([name, value]): [string, string] => [
    `claim ${name}`,
    times.has(name) && typeof value === "number" ? instant(value, at) : JSON.stringify(value),
  ]);
  return fields(
    [
      ["received", at.toISOString()],
      ...(clockDifferenceMs === undefined ? [] : [["issued", difference(clockDifferenceMs)] as const]),
      ["keys known", keyIds.join(" ") || "none"],
      ...(token === undefined
        ? []
        : ([["token header", `alg ${token.header.alg ?? "-"}, kid ${token.header.kid ?? "-"}`]] as const)),
      ...claims,
      ...(body === undefined
        ? []
        : ([
            ["body", `${body.type} of ${body.irisAppId} by account ${body.accountId}`],
            ["body fields", body.fields.join(" ")],
          ] as const)),
    ],
    paint,
  );
}

/** A number that no Date can hold stays as it is. */
function instant(seconds: number, at: Date): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime())
    ? `${seconds}`
    : `${date.toISOString()} (${difference(date.getTime() - at.getTime())})`;
}

function difference(ms: number): string {
  return ms >= 0 ? `${duration(ms)} after it was received` : `${duration(-ms)} before it was received`;
}
