// A TCP proxy in front of Redis that can fall silent: connections stay, and nothing passes any more.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export async function startSilentProxy(redisUrl: string): Promise<{ url: string; fallSilent: () => void }> {
  const { hostname, port } = new URL(redisUrl);
  const sockets: Socket[] = [];
  let isSilent = false;
  const server = createServer((outside) => {
    const inside = connect(Number(port), hostname);
    sockets.push(inside, outside);
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      from.on("data", (chunk) => isSilent || to.write(chunk));
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fallSilent() {
      isSilent = true;
    },
  };
}
