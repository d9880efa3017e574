import { installationIdOf, type SealedText } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import type { SealedEntry } from "../src/index.ts";
import { addReceiver, receiverId } from "./events/world.ts";
import { at, installationId, installOf, putInForce, setup } from "./world.ts";

const how = { requestedScopes: [], sealKeyId: "old" };
const text = (content: string) => content as SealedText;

type World = Awaited<ReturnType<typeof setup>>;

async function entriesOf({ store }: World, pageSize = 3): Promise<SealedEntry[]> {
  const entries: SealedEntry[] = [];
  for await (const page of store.sealedTexts.pages(pageSize)) {
    expect(page.length).toBeLessThanOrEqual(pageSize);
    entries.push(...page);
  }
  return entries;
}

async function withCredential(): Promise<World & { entry: SealedEntry }> {
  const world = await setup();
  await putInForce(world.store, installOf("1"), how);
  const [entry] = await entriesOf(world);
  if (entry === undefined) throw new Error("there is no entry");
  return { ...world, entry };
}

test("every sealed text is returned once, page by page, also bodies of unrecognised callbacks", async () => {
  const world = await setup();
  for (let index = 0; index < 7; index++) {
    const accountId = `account-${index}`;
    const install = { ...installOf("1"), installationId: installationIdOf("@a/b", accountId), accountId };
    await putInForce(world.store, install, how);
    const callback = { installationId, irisAppId: "@a/b", accountId, type: "NEW", receivedAt: at(0) };
    await world.store.keepUnrecognised(`job-${index}`, { ...callback, sealedBody: text(`body ${index}`) });
  }
  const entries = await entriesOf(world);
  expect(entries.filter(({ kind }) => kind === "credential")).toHaveLength(7);
  expect(entries.filter(({ kind }) => kind === "callback")).toHaveLength(7);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(14);
  expect(await world.store.sealedTexts.estimate()).toBe(14);
});

test("a sealed text is replaced together with its key id", async () => {
  const { store, entry } = await withCredential();
  expect(await store.sealedTexts.replace(entry, text("sealed anew"), "new")).toBe(true);
  expect(await store.installations.find(installationId)).toMatchObject({
    sealedCredential: "sealed anew",
    sealKeyId: "new",
    generation: "1",
  });
});

test("a credential that a newer install replaced in between is found among the former ones", async () => {
  const { store, entry } = await withCredential();
  await putInForce(store, installOf("2"), { ...how, sealKeyId: "newest" });
  expect(await store.sealedTexts.replace(entry, text("sealed anew"), "new")).toBe(true);
  expect(await store.installations.find(installationId)).toMatchObject({
    sealedCredential: "sealed 2",
    sealKeyId: "newest",
    former: [{ sealedCredential: "sealed anew", sealKeyId: "new" }],
  });
});

test("when one text is replaced twice, the first replacement stays", async () => {
  const { store, entry } = await withCredential();
  const results = await Promise.all([
    store.sealedTexts.replace(entry, text("one"), "k1"),
    store.sealedTexts.replace(entry, text("two"), "k2"),
  ]);
  expect(results.filter(Boolean)).toHaveLength(1);
  const { sealedCredential, sealKeyId } = (await store.installations.find(installationId)) ?? {};
  expect([sealedCredential, sealKeyId]).toEqual(results[0] ? ["one", "k1"] : ["two", "k2"]);
});

test("a receiver's secrets are replaced too, unless one was rotated meanwhile", async () => {
  const world = await setup();
  const { receivers } = world.store.events;
  await addReceiver(world.store, ["account.installed"]);
  await receivers.rotate(receiverId, text("second"), { oldUntil: at(9), now: at(1) });
  const entries = await entriesOf(world);
  expect(entries.map(({ kind, sealed }) => [kind, sealed])).toEqual([
    ["notify-secret", "second"],
    ["notify-secret", "sealed"],
  ]);
  const [second, first] = entries;
  if (!first || !second) throw new Error("no entries");
  expect(await world.store.sealedTexts.replace(first, text("first anew"), "new")).toBe(true);
  await receivers.rotate(receiverId, text("third"), { oldUntil: at(9), now: at(2) });
  expect(await world.store.sealedTexts.replace(second, text("second anew"), "new")).toBe(true);
  expect(await world.store.sealedTexts.replace(first, text("too late"), "new")).toBe(false);
  const { secrets = [] } = (await receivers.find(receiverId)) ?? {};
  expect(secrets.map(({ sealed }) => sealed)).toEqual(["third", "second anew"]);
});
