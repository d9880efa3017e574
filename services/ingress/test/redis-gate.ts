// A TCP proxy in front of Redis that can be shut, and made to swallow what it is sent, or what it answers.

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/**
 * - `open`: everything passes;
 * - `shut`: connections are cut and none is let in;
 * - `silent`: connections stay, nothing passes any more;
 * - `unanswered`: Redis carries out what it is sent, and its answers are lost.
 */
export type GateState = "open" | "shut" | "silent" | "unanswered";

export async function createRedisGate(redisUrl: string, initial: GateState = "open") {
  const { hostname, port } = new URL(redisUrl);
  let state = initial;
  let mark: string | undefined;
  const pairs = new Set<[inside: Socket, outside: Socket]>();
  const server = createServer((outside) => {
    if (state === "shut") return void outside.resetAndDestroy();
    const inside = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [inside, outside];
    pairs.add(pair);
    for (const [from, to] of [pair, [outside, inside] as const]) {
      from.on("data", (chunk: Buffer) => {
        if (from === outside && mark !== undefined && chunk.includes(mark)) state = "unanswered";
        if (state !== "silent" && !(state === "unanswered" && from === inside)) to.write(chunk);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  /** Connections that have missed something are of no use any more. */
  function cut(): void {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  }

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next: GateState): void {
      state = next;
      mark = undefined;
      if (next === "open" || next === "shut") cut();
    },
    /** `unanswered` from the first command on that holds this text, which is carried out. */
    stopAnsweringAt(text: string): void {
      mark = text;
    },
    close(): void {
      cut();
      server.close();
    },
  };
}
