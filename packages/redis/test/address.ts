// An address that leads to one server and then to another, as a service name or a virtual IP does, and leaves
// connections alone.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export async function createAddress(first: string) {
  let target = new URL(first);
  const sockets = new Set<Socket>();
  const server = createServer((outside) => {
    const inside = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other).on("error", () => undefined);
      socket.on("error", () => undefined).on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(url: string): void {
      target = new URL(url);
    },
  };
}
