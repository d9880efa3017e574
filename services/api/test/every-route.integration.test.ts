// Every operation of the OpenAPI document is asked by keys that may not: by its schemas, so that one that is
// added is asked too.

import { type ApiRight, apiRights } from "@fleetkeeper/model";
import { expect, test, vi } from "vitest";
import { type Answer, app, patient, setup } from "./world.ts";

interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  enum?: string[];
  type?: string;
  format?: string;
  pattern?: string;
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Operation {
  security?: { key: ApiRight[] }[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

type Ids = Readonly<Record<string, string>>;

test("on every route a wrong or revoked key gets 401, a weak one 403, one of another app 404 or nothing; none changes or learns anything", async () => {
  const world = await setup();
  const { ask, startOne, makeKey, keys, startWorker, installedAccount, installationIdOf, store, db } = world;
  await startWorker();
  const account = await installedAccount({ assets: 2 });
  const id = installationIdOf(account);
  await vi.waitFor(async () => expect(await store.records.count("assets", id)).toBe(2), patient);
  const owner = await makeKey([...apiRights]);
  const made = await ask(owner.key, "/v1/webhooks", {
    method: "POST",
    // Of what does not happen here.
    ...json({ url: "https://your.host/hook", app, events: ["account.forgotten"] }),
  });
  const { webhook, secret } = made.json();
  const { accessToken } = (
    await ask(owner.key, `/v1/accounts/${account.accountId}/token`, { method: "POST" })
  ).json();
  await ask(owner.key, `/v1/accounts/${account.accountId}/trackunit/api/asset/v1/assets`);
  const document = (await ask(undefined, "/openapi.json")).json();
  const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const ids: Ids = {
    accountId: account.accountId,
    webhookId: webhook.id,
    resource: "assets",
    sync: "assets",
    "*": "api/asset/v1/assets",
  };
  const unknown: Ids = { ...ids, accountId: "nobody", webhookId: `rcv_${"0".repeat(24)}` };
  await vi.waitFor(async () => expect((await state()).forwarded).toBe(1), patient);
  const before = await state();

  const revoked = await makeKey([...apiRights]);
  await keys.revoke("test", revoked.id);
  const foreign = await makeKey([...apiRights], "@no/body");
  // Thirty refusals a minute from one address: an API for each.
  for (const wrong of [undefined, `${owner.key.slice(0, -2)}__`, revoked.key]) {
    const other = await startOne();
    const answers = new Set<string>();
    for (const operation of operations) answers.add(plain(await asked(other.ask, wrong, operation, ids)));
    expect([...answers]).toEqual([expect.stringMatching(/^401 .*"code":"ERR_KEY_REFUSED"/)]);
  }
  const weak = new Map<ApiRight, string>();
  let rightsNamed = 0;
  for (const one of operations) {
    const at = `${one.method} ${one.path}`;
    const [right] = one.operation.security?.[0]?.key ?? [];
    if (right !== undefined) {
      rightsNamed += 1;
      const others = apiRights.filter((other) => other !== right);
      const key = weak.get(right) ?? (await makeKey(others)).key;
      weak.set(right, key);
      const refused = plain(await asked(ask, key, one, ids));
      expect([at, refused]).toEqual([at, expect.stringMatching(/^403 .*"code":"ERR_RIGHT_MISSING"/)]);
      expect([at, plain(await asked(ask, key, one, unknown))]).toEqual([at, refused]);
    }
    for (const named of [undefined, app]) {
      const answer = await asked(ask, foreign.key, one, ids, named);
      if (/\{(accountId|webhookId)\}/.test(one.path)) {
        const ofNobody = plain(await asked(ask, foreign.key, one, unknown, named));
        expect([at, ofNobody]).toEqual([at, expect.stringMatching(/^404 .*"code":"ERR_NOT_FOUND"/)]);
        expect([at, plain(answer).replaceAll(webhook.id, unknown.webhookId ?? "")]).toEqual([at, ofNobody]);
      } else {
        expect([at, answer.status]).toEqual([at, expect.toBeOneOf([200, 201, 404])]);
        for (const text of [account.accountId, webhook.id, webhook.url, ...assetIds()])
          expect([at, answer.text]).toEqual([at, expect.not.stringContaining(text)]);
      }
    }
  }
  // All but the one that reports the key itself.
  expect(rightsNamed).toBe(operations.length - 1);
  expect(await state()).toEqual(before);

  const kept = JSON.stringify(
    await Promise.all((await db.collections()).map((collection) => collection.find().toArray())),
  );
  const metrics = await (await fetch(`${world.opsUrl}/metrics`)).text();
  const secrets = [owner.key, revoked.key, foreign.key, ...weak.values()].map((key) => key.slice(20));
  for (const hidden of [...secrets, secret.slice(6), accessToken])
    for (const text of [kept, metrics, world.lines.join("\n")]) expect(text.includes(hidden)).toBe(false);

  function assetIds(): string[] {
    return account.assets().map(({ id: asset }) => asset);
  }

  /** What nobody but its owner may change. */
  async function state() {
    const installation = await store.installations.find(id);
    const { rows } = await store.requestLog.of(id, { limit: 100 });
    return {
      installation: { ...installation, tokenNotedAt: null },
      webhook: await store.events.receivers.row(webhook.id),
      forwarded: rows.length,
      deliveries: (await store.events.attempts.list({ receiverId: webhook.id, limit: 10 })).rows.length,
    };
  }

  /** With what its schemas require. */
  function asked(
    by: typeof ask,
    key: string | undefined,
    { method, path, operation }: (typeof operations)[number],
    of: Ids,
    named?: string,
  ): Promise<Answer> {
    const address = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
      const value = of[name];
      if (value === undefined) throw new Error(`name a value of ${name} here`);
      return name === "*" ? value : encodeURIComponent(value);
    });
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    for (const { name, in: where, required, schema } of operation.parameters ?? []) {
      if (where === "query" && required) query.set(name, String(sampleOf(schema)));
      if (named === undefined) continue;
      if (where === "query" && name === "app") query.set(name, named);
      if (where === "header" && name === "x-fleetkeeper-app") headers[name] = named;
    }
    const body = operation.requestBody?.content["application/json"]?.schema;
    const init = body === undefined ? { headers } : json(sampleOf(body));
    return by(key, `${address}?${query}`, { method, ...init });
  }

  function sampleOf(schema: Schema): unknown {
    if (schema.$ref !== undefined)
      return sampleOf(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
    if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {});
    if (schema.enum !== undefined) return schema.enum[0];
    if (schema.type === "object")
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    if (schema.type === "integer") return schema.minimum ?? 1;
    if (schema.type === "array") return [];
    if (schema.pattern !== undefined && schema.format === undefined) return "sample";
    return schema.format === "date-time" ? "2026-01-01T00:00:00Z" : "https://your.host/new";
  }
}, 120_000);

function json(body: unknown) {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Without what differs in each answer. */
function plain({ status, json: read }: Answer): string {
  const { instance: _, ...problem } = read();
  return `${status} ${JSON.stringify(problem)}`;
}
