import { startCountingProxy } from "@fleetkeeper/local-stack";
import { startTraces } from "@fleetkeeper/telemetry";
import { expect, onTestFinished, test } from "vitest";
import { startOtlpReceiver } from "./otlp-receiver.ts";

test("traces go to their collector through the outbound proxy", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => void receiver.close());
  const proxy = await startCountingProxy();
  onTestFinished(() => proxy.close());
  const proxies = { httpProxy: `http://${proxy.address}` };
  const traces = await startTraces({ service: "test", endpoint: receiver.url, proxies });
  await traces.span("callback", {}, async () => undefined, { root: true });
  await traces.close();
  expect(receiver.spans.map(({ name }) => name)).toEqual(["callback"]);
  expect(proxy.seen).toEqual([`POST ${receiver.url}/v1/traces`]);
});
