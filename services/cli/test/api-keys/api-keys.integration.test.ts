import { expect, test } from "vitest";
import { setup } from "../world.ts";

test("a key is shown once, listed without its secret, and revoked once, each in the audit log", async () => {
  const { cli, store, db } = await setup();
  const words = await cli([
    "api-keys",
    "create",
    "by hand",
    "--right",
    "accounts:read",
    "proxy",
    "--as",
    "jo",
  ]);
  expect(words.code).toBe(0);
  expect(words.stdout).toMatch(/^fk_[0-9a-f]{16}_[\w-]{43}\n$/);
  const made = await cli([
    "api-keys",
    "create",
    "reports",
    "--right",
    "records:read",
    "--app",
    "@a/b",
    "--json",
  ]);
  const { key, id } = made.json() as { key: string; id: string };
  expect(made.json()).toMatchObject({ name: "reports", rights: ["records:read"], app: "@a/b" });

  const list = await cli(["api-keys", "list"]);
  expect(list.stdout).toMatch(/^ID +NAME +APP +RIGHTS/);
  expect(list.stdout).toMatch(new RegExp(`${id} +reports +@a/b +records:read .* valid`));
  const stored = JSON.stringify(await db.collection("apiKeys").find().toArray());
  for (const text of [list.stdout, (await cli(["api-keys", "list", "--json"])).stdout, stored])
    expect(text).not.toContain(key.slice(-43));

  expect((await cli(["api-keys", "revoke", id, "--as", "jo"])).code).toBe(0);
  expect((await cli(["api-keys", "revoke", id])).code).toBe(7);
  expect((await cli(["api-keys", "revoke", "f".repeat(16)])).code).toBe(3);
  expect((await cli(["api-keys", "create", "x", "--right", "everything"])).code).toBe(2);
  expect((await store.apiKeys.find(id))?.revokedAt).toBeInstanceOf(Date);
  const [revoked] = (await store.audit.ofApiKey(id, 5)).slice(-2);
  expect(revoked).toMatchObject({ who: "cli:jo", action: 'revoke API key "reports"' });
});
