import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { guardConnections } from "../src/connection-guard.ts";

function setup() {
  const server = new EventEmitter();
  guardConnections(
    server as Server,
    { total: 1_000, perAddress: 2, firstRequestMs: 60_000 },
    { isProxy: () => false, onDrop: () => undefined },
  );
  return {
    server,
    /** @returns a connection, which tells whether it was ended at once. */
    connect(remoteAddress: string) {
      const socket = Object.assign(new EventEmitter(), {
        remoteAddress,
        isEnded: false,
        destroy: () => {
          socket.isEnded = true;
        },
      });
      server.emit("connection", socket);
      return socket;
    },
  };
}

test("the networks of one IPv6 site have eight times the connections of one together, and lose none that closed", () => {
  const { connect } = setup();
  const open = Array.from({ length: 16 }, (_, number) => connect(`2001:db8:1:${number.toString(16)}::1`));
  expect(open.filter(({ isEnded }) => isEnded)).toEqual([]);
  expect(connect("2001:db8:1:ffff::1").isEnded).toBe(true);
  expect(connect("2001:db8:2::1").isEnded).toBe(false);
  open[0]?.emit("close");
  expect(connect("2001:db8:1:ffff::1").isEnded).toBe(false);
  expect(connect("2001:db8:1:fffe::1").isEnded).toBe(true);
});

test("a connection that asks for nothing ends, and one that asked does not", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { connect, server } = setup();
  const [silent, asking] = [connect("192.0.2.1"), connect("192.0.2.1")];
  server.emit("request", { socket: asking });
  vi.advanceTimersByTime(60_000);
  expect([silent.isEnded, asking.isEnded]).toEqual([true, false]);
});
