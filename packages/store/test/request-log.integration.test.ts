import { expect, test } from "vitest";
import type { ForwardedRequest } from "../src/index.ts";
import { at, installationId, setup } from "./world.ts";

const request = (seconds: number): ForwardedRequest => ({
  installationId,
  at: at(seconds),
  who: "test",
  method: "GET",
  path: `/${seconds}`,
  status: 200,
  code: null,
  durationMs: 1,
  sentBytes: 0,
  receivedBytes: 0,
  requestId: "1",
});

test("the request log of an account keeps its newest 500 and drops what is a week old", async () => {
  const { store, db } = await setup();
  const requests = db.collection("forwardedRequests");
  await store.requestLog.add(
    Array.from({ length: 620 }, (_, second) => request(second)),
    at(700),
  );
  expect(await requests.countDocuments()).toBe(500);
  const { rows } = await store.requestLog.of(installationId, { limit: 1 });
  expect(rows[0]?.path).toBe("/619");
  await store.requestLog.add([request(8 * 86_400)], at(8 * 86_400));
  expect(await requests.countDocuments()).toBe(1);
});

test("forgetting an account takes its request log", async () => {
  const { store, db } = await setup();
  await store.requestLog.add([request(1)], at(1));
  await store.forget(installationId, at(2), []);
  expect(await db.collection("forwardedRequests").countDocuments()).toBe(0);
});
