import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { startTcpProxy } from "../src/tcp-proxy.ts";

/** A server that says its name first and then repeats what it is told. */
async function startEcho(name: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write(name);
    socket.pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function setup() {
  const [first, second] = [await startEcho("first "), await startEcho("second ")];
  const proxy = await startTcpProxy(first);
  onTestFinished(() => proxy.close());
  const open = () => {
    const socket = connect(proxy.port, "127.0.0.1");
    const client = { socket, text: "", isClosed: false };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      client.text += chunk;
    });
    socket.on("close", () => {
      client.isClosed = true;
    });
    onTestFinished(() => void socket.destroy());
    return client;
  };
  return { proxy, second, open };
}

test("new connections go to the current target, and existing ones keep theirs", async () => {
  const { proxy, second, open } = await setup();
  const old = open();
  await vi.waitFor(() => expect(old.text).toBe("first "), { timeout: 20_000 });
  proxy.target(second);
  const young = open();
  await vi.waitFor(() => expect(young.text).toBe("second "), { timeout: 20_000 });
  old.socket.write("hello");
  await vi.waitFor(() => expect(old.text).toBe("first hello"), { timeout: 20_000 });
});

test("held or delayed data arrives complete and in order", async () => {
  const { proxy, open } = await setup();
  const client = open();
  await vi.waitFor(() => expect(client.text).toBe("first "), { timeout: 20_000 });
  proxy.hold(true);
  client.socket.write("one ");
  const later = open();
  await once(later.socket, "connect");
  proxy.delay(5);
  client.socket.write("two");
  expect([client.text, later.text]).toEqual(["first ", ""]);
  proxy.hold(false);
  await vi.waitFor(() => expect([client.text, later.text]).toEqual(["first one two", "first "]), {
    timeout: 20_000,
  });
});

test("a proxy that refuses ends every connection, and accepts new ones afterwards", async () => {
  const { proxy, open } = await setup();
  const client = open();
  await vi.waitFor(() => expect(client.text).toBe("first "), { timeout: 20_000 });
  proxy.refuse(true);
  const refused = open();
  await vi.waitFor(() => expect([client.isClosed, refused.isClosed]).toEqual([true, true]), {
    timeout: 20_000,
  });
  proxy.refuse(false);
  const again = open();
  await vi.waitFor(() => expect(again.text).toBe("first "), { timeout: 20_000 });
});
