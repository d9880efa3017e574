import { startTcpProxy, testNamespace } from "@fleetkeeper/local-stack";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../src/index.ts";

const clients = 12;
const rounds = 2;

test("if a connection is closed at any moment, every client works again once MongoDB can be reached", async () => {
  const direct = new URL(inject("mongodbUrl"));
  const proxy = await startTcpProxy(Number(direct.port));
  onTestFinished(() => proxy.close());
  const url = new URL(direct);
  url.port = String(proxy.port);
  url.pathname = `/${testNamespace()}`;
  url.searchParams.set("directConnection", "true");
  url.searchParams.set("minHeartbeatFrequencyMS", "20");
  const stores = await Promise.all(
    Array.from({ length: clients }, () =>
      openStore({ mongodbUrl: url.href, timeoutMs: 1_000, indexes: "leave" }),
    ),
  );
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });
  const ask = () => Promise.allSettled(stores.map((store) => store.syncs.due(new Date(), 1)));

  for (let round = 0; round < rounds; round++) {
    let isOver = false;
    const asking = (async () => {
      while (!isOver) await ask();
    })();
    await ask();
    proxy.refuse(true);
    // Each look of the drivers at the server meets a connection that is closed as soon as it is there.
    await ask();
    proxy.refuse(false);
    isOver = true;
    await asking;
    expect((await ask()).filter(({ status }) => status === "rejected")).toEqual([]);
  }
});
