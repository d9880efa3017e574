import type { NotificationState } from "@fleetkeeper/model";
import { expect, test } from "vitest";
import { at, setup } from "./world.ts";

test("what operators were told is one document, which one board has at a time", async () => {
  const { store, db } = await setup();
  const { notifications } = store;
  const told: NotificationState = {
    standing: [
      { key: "k", text: "t", untoldSince: at(1), toldAt: null, goneSince: null, accounts: [], isMany: false },
    ],
    outbox: [
      { id: "ntf_1", createdAt: at(1), opened: [], over: [], left: ["email"], attempts: 0, nextAt: at(1) },
    ],
    channels: { slack: { lastSuccessAt: at(1), failingSince: null, code: null } },
  };
  expect(await notifications.read()).toBeNull();
  const first = await Promise.all(
    ["a", "b", "c", "d"].map((holder) => notifications.hold(holder, at(0), at(10))),
  );
  expect(first.filter((state) => state !== null)).toEqual([{ standing: [], outbox: [], channels: {} }]);
  const holder = ["a", "b", "c", "d"][first.findIndex((state) => state !== null)] ?? "";
  expect(await notifications.write("another", told)).toBe(false);
  expect(await notifications.write(holder, told)).toBe(true);
  expect(await notifications.hold("another", at(9), at(30))).toBeNull();
  expect(await notifications.hold(holder, at(9), at(20))).toEqual(told);
  expect(await notifications.hold("another", at(20.5), at(40))).toEqual(told);
  expect(await notifications.write(holder, { ...told, standing: [] })).toBe(false);
  await notifications.letGo(holder);
  expect(await notifications.hold(holder, at(21), at(50))).toBeNull();
  await notifications.letGo("another");
  expect(await notifications.hold(holder, at(21), at(50))).toEqual(told);
  expect(await notifications.read()).toEqual(told);
  expect(await db.collection("notifications").countDocuments()).toBe(1);
});
