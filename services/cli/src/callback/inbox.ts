// `callback list|show|pin`: what the ingress saw of callbacks.

import { advice, checkOf, type RefusalCode } from "@fleetkeeper/callbacks";
import type { InboxEntry } from "@fleetkeeper/jobs";
import { count, fromNow, instant, pinsOf } from "@fleetkeeper/operator";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { NothingFoundError } from "../errors.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import type { Paint, Tone } from "../output/style.ts";
import { fields, table } from "../output/table.ts";
import { findSeen, openInbox } from "./open-inbox.ts";

const tones: Record<InboxEntry["outcome"], Tone> = { accepted: "good", unrecognised: "wait", refused: "bad" };

export function addCallbackInbox(callback: Command): void {
  addCommand(callback, "list", {
    watched: true,
    summary: "List the callbacks that the ingress saw, the newest first",
    details:
      "At most 200 accepted and 200 refused ones, for 30 days; of a flood only samples. Needs REDIS_URL.",
    examples: ["callback list", "callback list --refused --json"],
  })
    .option("--refused", "only those that were refused")
    .option("--limit <number>", "at most this many", wholeNumber(1, 400), 50)
    .action(
      invoke<{ refused?: boolean; limit: number }>(async (invocation, { refused, limit }) => {
        const { output, now } = invocation;
        const entries = (await openInbox(invocation))
          .filter(({ outcome }) => !refused || outcome === "refused")
          .slice(0, limit);
        const shown = entries.map(({ sealed: _, ...entry }) => entry);
        output.result({ callbacks: shown }, () => listed(entries, output.paint, now()));
        if (entries.length === 0) output.remark("No callback has arrived.");
      }),
    );
  addCommand(callback, "show", {
    arguments: { "<callback>": "its id, or an unambiguous beginning of it" },
    summary: "Show one callback: the check that failed, header and claims of its token, sizes, address",
    examples: ["callback show 3f2a9c1e"],
  }).action(
    invoke<object, [string]>(async (invocation, _options, id) => {
      const { output } = invocation;
      const { sealed, ...entry } = findSeen(await openInbox(invocation), id);
      output.result({ ...entry, isKept: sealed !== undefined }, () =>
        inWords(entry, sealed !== undefined, output.paint),
      );
    }),
  );
  addCommand(callback, "pin", {
    arguments: { "[callback]": "its id, or an unambiguous beginning of it" },
    summary: "Print the variables that accept tokens of this callback's issuer and audience only",
    details: "By default those of the last accepted callback.",
    examples: ["callback pin", "callback pin 3f2a9c1e >> .env"],
  }).action(invoke<object, [string | undefined]>(pin));
}

async function pin(invocation: Invocation, _options: object, id: string | undefined): Promise<void> {
  const { output } = invocation;
  const entries = await openInbox(invocation);
  const entry =
    id === undefined
      ? entries.find(({ outcome, origin }) => outcome !== "refused" && origin !== "foreign")
      : findSeen(entries, id);
  if (entry === undefined)
    throw new NothingFoundError("no callback has been accepted yet", {
      advice: "Install the app in an account of your own; see docs/going-live.md.",
    });
  const pins = pinsOf(entry);
  if (pins.length === 0)
    throw new NothingFoundError(`the token of callback ${entry.id} names no issuer and no audience`);
  output.result(Object.fromEntries(pins), () => pins.map(([name, value]) => `${name}=${value}`).join("\n"));
  output.remark(
    `Of the callback at ${instant(new Date(entry.at))}${entry.origin === "ingress" ? "" : `, of which ${origins[entry.origin]}`}. Set them for the ingress if they are Trackunit's and your app's.`,
  );
}

const origins: Record<InboxEntry["origin"], string> = {
  ingress: "signed by an ingress",
  unchecked: "not checked: set INGRESS_VERIFICATION_KEYS",
  foreign: "not signed by a known ingress: find out who can write to Redis",
};

function listed(entries: readonly InboxEntry[], paint: Paint, now: Date): string {
  return table(
    ["callback", "came", "outcome", "check", "account", "from"],
    entries.map(({ id, at, outcome, code, body, address, origin }) => [
      id.slice(0, 8),
      fromNow(new Date(at), now),
      `${paint(tones[outcome], outcome)}${origin === "foreign" ? paint("bad", " FOREIGN") : ""}`,
      code === undefined ? "-" : `${checkOf(code as RefusalCode)?.name ?? "-"} (${code})`,
      body?.accountId ?? "-",
      address,
    ]),
    paint,
  );
}

function inWords(entry: Omit<InboxEntry, "sealed">, isKept: boolean, paint: Paint): string {
  const { id, at, outcome, status, code, reason, address, bytes, token, body, origin } = entry;
  const check = checkOf(code as RefusalCode);
  const facts = (what: string, values: object = {}) =>
    Object.entries(values).map(([name, value]) => [`${what} ${name}`, JSON.stringify(value)] as const);
  return fields(
    [
      ["callback", id],
      ["received", instant(new Date(at))],
      ["outcome", `${paint(tones[outcome], outcome)}, answered ${status}`],
      ...(code === undefined
        ? []
        : ([
            ["check that failed", check === undefined ? "none" : `${check.name}: ${check.means}`],
            ["code", `${code}${reason === undefined ? "" : ` (${reason})`}`],
            ["what to do", advice[code as RefusalCode] ?? "see `fleetkeeper explain`"],
          ] as const)),
      ["address", address],
      [
        "sizes",
        `token ${count(bytes.identity)}, body ${bytes.body === null ? "unknown" : count(bytes.body)} bytes`,
      ],
      ...(body === undefined
        ? []
        : ([
            ["body", `${body.type} of ${body.irisAppId} by account ${body.accountId}`],
            ["body fields", body.fields.join(" ")],
          ] as const)),
      ...facts("header", token?.header),
      ...facts("claim", token?.claims),
      ["origin", origins[origin]],
      ...(outcome === "accepted"
        ? []
        : [
            [
              "replay",
              isKept || outcome === "unrecognised"
                ? `fleetkeeper callback replay ${id.slice(0, 8)}`
                : "its body was not kept",
            ] as const,
          ]),
    ],
    paint,
  );
}
