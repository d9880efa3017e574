// `api-keys create|list|revoke`: what the publisher's own back end comes with to the API.

import { type ApiRight, apiRights } from "@fleetkeeper/model";
import { createApiKeyActions, fromNow } from "@fleetkeeper/operator";
import type { ApiKeyRow } from "@fleetkeeper/store";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { type Invocation, invoke } from "../invoke.ts";
import type { Paint } from "../output/style.ts";
import { table } from "../output/table.ts";
import { fromNowOrNone } from "../output/time-cell.ts";

interface CreateOptions {
  right: ApiRight[];
  app?: string;
}

export function addApiKeys(group: Command): void {
  addCommand(group, "create", {
    arguments: { "<name>": "for people: what it is for" },
    audited: true,
    summary: "Make an API key, which is shown only once",
    examples: [
      'api-keys create "our back end" --right accounts:read tokens:read',
      'api-keys create reports --right records:read --app "@organization/appname"',
    ],
  })
    .addOption(
      new Option("--right <rights...>", "what it may do").choices([...apiRights]).makeOptionMandatory(),
    )
    .option("--app <name>", "it sees only accounts of this app")
    .action(
      invoke<CreateOptions, [string]>(async (invocation, { right, app }, name) => {
        const actions = await open(invocation);
        const made = await actions.create(invocation.who, { name, rights: right, irisAppId: app ?? null });
        invocation.output.result({ ...made, name, rights: right, app: app ?? null }, () => made.key);
        invocation.output.remark("Keep it now: only its hash is stored, and it is not shown again.");
      }),
    );

  addCommand(group, "list", { summary: "List API keys", examples: ["api-keys list"] }).action(
    invoke(async (invocation) => {
      const keys = await (await open(invocation)).list();
      const { output, now } = invocation;
      output.result({ keys }, () => words(keys, output.paint, now()));
      if (keys.length === 0) output.remark("There is no API key.");
    }),
  );

  addCommand(group, "revoke", {
    arguments: { "<id>": "the key's id, as `list` shows it" },
    audited: true,
    summary: "Revoke an API key for good",
    examples: ["api-keys revoke 3f0c9a1d5e7b2468"],
  }).action(
    invoke<object, [string]>(async (invocation, _options, id) => {
      const revoked = await (await open(invocation)).revoke(invocation.who, id);
      invocation.output.result(revoked, () => `${revoked._id} (${revoked.name}): revoked`);
    }),
  );
}

async function open({ reach, now }: Invocation) {
  return createApiKeyActions({ store: await reach.store(), now });
}

function words(keys: readonly ApiKeyRow[], paint: Paint, now: Date): string {
  return table(
    ["id", "name", "app", "rights", "made", "last used", "uses", "state"],
    keys.map(({ _id, name, irisAppId, rights, createdAt, lastUsedAt, uses, revokedAt }) => [
      _id,
      name,
      irisAppId ?? "all",
      rights.join(" "),
      fromNow(createdAt, now),
      fromNowOrNone(lastUsedAt, now),
      String(uses),
      revokedAt === null ? paint("good", "valid") : paint("bad", "revoked"),
    ]),
    paint,
  );
}
