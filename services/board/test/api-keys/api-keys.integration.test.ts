import { idOfApiKey } from "@fleetkeeper/model";
import { expect, inject, test } from "vitest";
import { operator, startBoard, viewer } from "../board-world.ts";
import { visit } from "../visitor.ts";

async function setup() {
  const world = await startBoard(inject("redisUrl"));
  return { world, operator: await visit(world.url, operator), viewer: await visit(world.url, viewer) };
}

const wanted: [string, string][] = [
  ["name", " our back end "],
  ["app", "@a/b"],
  ["rights", "proxy"],
  ["rights", "tokens:read"],
];

test("an operator makes a key, which is shown once, and revokes it once, each in the audit log", async () => {
  const { world, operator, viewer } = await setup();
  const made = await operator.submit("/api-keys/new", wanted);
  expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
  const [key = ""] = /fk_[0-9a-f]{16}_[\w-]{43}/.exec(await made.text()) ?? [];
  const id = idOfApiKey(key) ?? "";
  const [stored] = await world.store.apiKeys.list();
  expect(stored).toMatchObject({
    _id: id,
    name: "our back end",
    irisAppId: "@a/b",
    rights: ["proxy", "tokens:read"],
    createdBy: "olive",
  });
  await world.store.apiKeys.noteUses([{ id, uses: 1_234, lastUsedAt: new Date() }]);
  for (const visitor of [operator, viewer]) {
    const page = await visitor.page("/api-keys");
    expect(page).toMatch(/our back end[\s\S]*@a\/b[\s\S]*proxy, tokens:read[\s\S]*1,234[\s\S]*valid/);
    expect(page).not.toContain(key.slice(-43));
  }
  expect(await operator.page(`/api-keys/${id}/revoke`)).toContain("Revoke the API key our back end?");
  const revoked = await operator.submit(`/api-keys/${id}/revoke`);
  expect([revoked.status, revoked.headers.get("location")]).toEqual([303, "/api-keys"]);
  expect(await operator.page("/api-keys")).toMatch(/Revoked: the API key our back end\.[\s\S]*revoked/);
  expect((await operator.submit(`/api-keys/${id}/revoke`)).status).toBe(409);
  expect((await world.store.audit.ofApiKey(id, 5)).map(({ who, action }) => `${who}: ${action}`)).toEqual(
    expect.arrayContaining([
      'olive: make API key "our back end" of @a/b: proxy, tokens:read',
      'olive: revoke API key "our back end"',
    ]),
  );
  expect(world.logText()).not.toContain(key.slice(-43));
});

test("an invalid form for a key is shown again as it was filled in, and one ticked box is enough", async () => {
  const { world, operator } = await setup();
  const none = await operator.submit("/api-keys/new", { name: "<b>reports</b>", app: "@a/b" });
  expect(none.status).toBe(400);
  const page = await none.text();
  expect(page).toContain("A key without a right can do nothing.");
  expect(page).toContain('value="&lt;b&gt;reports&lt;/b&gt;"');
  expect((await operator.submit("/api-keys/new", { name: " ", rights: "proxy" })).status).toBe(400);
  expect((await operator.submit("/api-keys/new", { name: "x", rights: "everything" })).status).toBe(400);
  expect(await world.store.apiKeys.list()).toEqual([]);
  expect((await operator.submit("/api-keys/new", { name: "x", rights: "proxy" })).status).toBe(201);
  expect(await world.store.apiKeys.list()).toMatchObject([{ rights: ["proxy"], irisAppId: null }]);
});

test("a viewer sees the keys and changes nothing; a form without its token does nothing either", async () => {
  const { world, operator, viewer } = await setup();
  await operator.submit("/api-keys/new", wanted);
  const [{ _id = "" } = {}] = await world.store.apiKeys.list();
  const list = await viewer.page("/api-keys");
  for (const path of ["/api-keys/new", `/api-keys/${_id}/revoke`]) {
    expect(list).not.toContain(path);
    expect((await viewer.send(path)).status).toBe(403);
    for (const visitor of [viewer, operator]) {
      const forged = await visitor.send(path, { method: "POST", body: new URLSearchParams(wanted) });
      expect([path, forged.status]).toEqual([path, 403]);
    }
  }
  expect(await world.store.apiKeys.list()).toMatchObject([{ _id, revokedAt: null }]);
  expect((await operator.send("/api-keys/nothing/revoke")).status).toBe(404);
});
