import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../src/index.ts";

test("a port that is in use is replaced, unless it was named", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await freePort(port)).not.toBe(port);
  await expect(freePort(port, { isFixed: true })).rejects.toThrow(`port ${port} is taken`);
});
