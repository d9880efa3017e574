// A proxy of bytes between a client and a server of this machine, for a network that is cut, slow, or silent.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface TcpProxy {
  /** Of 127.0.0.1. */
  port: number;
  /** Where new connections go, also on 127.0.0.1; those that are there stay where they are. */
  target(port: number): void;
  /** Ends every connection. */
  cut(): void;
  /** Ends every connection, and each new one at once, until it is called with false. */
  refuse(isOn: boolean): void;
  /** Holds all data silently, until it is called with false: then all of it arrives. */
  hold(isOn: boolean): void;
  /** How long each piece is under way, in milliseconds. Default 0. */
  delay(ms: number): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let port = targetPort;
  let refuses = false;
  let delayMs = 0;
  let letGo: () => void = () => undefined;
  let held: Promise<void> | undefined;

  const server = createServer((outside) => {
    if (refuses) return void outside.destroy();
    const inside = connect(port, "127.0.0.1");
    carry(outside, inside);
    carry(inside, outside);
  });

  function carry(from: Socket, to: Socket): void {
    let sent = Promise.resolve();
    sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => undefined);
    from.on("data", (chunk) => {
      sent = sent.then(async () => {
        if (delayMs > 0) await sleep(delayMs);
        await held;
        to.write(chunk);
      });
    });
    from.on("close", () => {
      sockets.delete(from);
      void sent.then(() => to.destroy());
    });
  }

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const hold = (isOn: boolean) => {
    letGo();
    held = undefined;
    if (!isOn) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    letGo = resolve;
  };

  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    target(next) {
      port = next;
    },
    cut,
    refuse(isOn) {
      refuses = isOn;
      if (isOn) cut();
    },
    hold,
    delay(ms) {
      delayMs = ms;
    },
    async close() {
      refuses = true;
      hold(false);
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
