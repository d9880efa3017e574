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
    channels: {},
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

test("a way fails since its first failure after a success, in any process, and messages sent meanwhile do not change that", async () => {
  const { store } = await setup();
  const { notifications } = store;
  const slack = async () => (await notifications.read())?.channels.slack;
  await notifications.hold("a", at(0), at(90));
  const untried = { lastSuccessAt: null, failingSince: null, code: null };
  await notifications.noteTry("slack", at(1), "ERR_ONE");
  await notifications.noteTry("slack", at(2), "ERR_TWO");
  await notifications.write("a", { standing: [], outbox: [] });
  expect(await slack()).toEqual({ ...untried, lastTryAt: at(2), failingSince: at(1), code: "ERR_TWO" });
  await notifications.noteTry("slack", at(3), null);
  expect(await slack()).toEqual({ ...untried, lastTryAt: at(3), lastSuccessAt: at(3) });
  await notifications.noteTry("slack", at(4), "ERR_ONE");
  expect(await slack()).toMatchObject({ lastSuccessAt: at(3), failingSince: at(4) });
});
