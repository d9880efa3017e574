import type { SealedText } from "@fleetkeeper/model";
import type { Document } from "mongodb";
import { expect, test } from "vitest";
import { setup } from "../world.ts";
import { problemsOf } from "./problems-of.ts";

test("the doctor finds receivers that are disabled or have failed for long, and addresses that NOTIFY_ADDRESSES does not allow", async () => {
  const world = await setup();
  const found = async (extra: Record<string, string> = {}) => {
    const { findings } = await problemsOf(world, ["receivers"], extra);
    return findings.map(({ level, code, says }) => [level, code, says]);
  };
  expect(await found()).toEqual([["ok", "RECEIVERS", "there is no receiver: events are not sent anywhere"]]);
  const { receivers } = world.store.events;
  const add = (id: string, url: string) =>
    receivers.add({
      ...{ id, url, description: "", events: ["sync.failing"], irisAppId: null, createdBy: "jo" },
      ...{ sealedSecret: "" as SealedText, createdAt: new Date() },
    });
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  await add("rcv_1", "https://1.1.1.1/?token=secret");
  await receivers.noteFailure({ _id: "rcv_1" }, ago(5));
  expect(await found()).toEqual([
    ["ok", "RECEIVERS", "1 receiver, none of them disabled or failing for long"],
  ]);
  for (const [id, url] of [
    ["rcv_2", "https://localhost/hook"],
    ["rcv_3", "http://1.1.1.1/"],
  ] as const)
    await add(id, url);
  await receivers.noteFailure({ _id: "rcv_2" }, ago(7));
  expect(await found()).toEqual([
    [
      "problem",
      "RECEIVER_ADDRESS_REFUSED",
      "2 receivers at an address that NOTIFY_ADDRESSES=public does not allow (rcv_2 at localhost, rcv_3 at 1.1.1.1): nothing is sent there",
    ],
    ["warning", "RECEIVERS_FAILING", "1 receiver accepted nothing for up to 7 h (rcv_2 at localhost)"],
  ]);
  await receivers.disable("rcv_2", { why: "failing", code: "ERR_NOTIFY_STATUS", at: ago(2) });
  expect(await found({ NOTIFY_ADDRESSES: "any" })).toEqual([
    [
      "problem",
      "RECEIVERS_DISABLED",
      "1 receiver disabled because nothing was accepted there (rcv_2 at localhost), the first one 2 h ago",
    ],
  ]);
  await receivers.enable("rcv_2");
  await receivers.disable("rcv_2", { why: "operator", code: null, at: ago(2) });
  expect((await found({ NOTIFY_ADDRESSES: "any" })).map(([level, code]) => [level, code])).toEqual([
    ["warning", "RECEIVERS_TURNED_OFF"],
  ]);
});

test("the doctor finds ways of notifying operators that fail, by code, and documents of an earlier version", async () => {
  const world = await setup();
  await world.db.collection<Document>("installations").insertOne({ accountId: "from before" });
  const now = new Date();
  const code = "ERR_NOTIFICATION_REFUSED";
  const { notifications } = world.store;
  await notifications.hold("board", now, now);
  for (const channel of ["slack", "webhook"] as const)
    await notifications.noteTry(channel, new Date(now.getTime() - 7_200_000), code);
  const { findings } = await problemsOf(world, ["mongodb", "notifications"], {
    NOTIFICATIONS_SLACK_URL: "https://hooks.slack.test/secret",
    NOTIFICATIONS_SMTP_URL: "smtps://mail.test",
    NOTIFICATIONS_MAIL_FROM: "a@mail.test",
    NOTIFICATIONS_MAIL_TO: "b@mail.test",
  });
  expect(findings.filter(({ level }) => level !== "ok").map(({ code, says }) => [code, says])).toEqual([
    ["MONGODB_SCHEMA_OLD", expect.stringContaining("the schema has version 0")],
    ["NOTIFICATIONS_FAILING", `no notification could be sent by slack for 2 h: ${code}, last tried 2 h ago`],
  ]);
});
