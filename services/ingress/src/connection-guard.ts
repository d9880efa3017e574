// Who may hold a connection, and for how long: one client must not keep the others out. Only a verified
// request earns the right to stay.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import { networkOf, networksPerSite, siteOf } from "@fleetkeeper/runtime";

export interface ConnectionLimits {
  /** Of all clients together. */
  total: number;
  /** Of one address, or one /64 network of IPv6; eight times as many of one /48. */
  perAddress: number;
  /**
   * For a connection that has not had a verified request yet: within so long the headers of its next one are
   * there.
   */
  firstRequestMs: number;
}

/** Why a connection was ended: its address had too many, there were too many, or it asked for nothing. */
export const dropReasons = ["address", "total", "idle"] as const;
export type DropReason = (typeof dropReasons)[number];

export type ConnectionGuard = ReturnType<typeof guardConnections>;

/** `isProxy`: addresses that stand for many clients, and are bound by `total` alone. */
export function guardConnections(
  server: Server,
  limits: ConnectionLimits,
  options: { isProxy: (address: string) => boolean; onDrop: (reason: DropReason, address: string) => void },
) {
  const { total, perAddress, firstRequestMs } = limits;
  const { isProxy, onDrop } = options;
  const counts = new Map<string, number>();
  const countOf = (one: string) => counts.get(one) ?? 0;
  const verified = new WeakSet<Socket>();
  const timers = new Map<Socket, NodeJS.Timeout>();

  server.maxConnections = total;
  server.on("drop", (data) => onDrop("total", data?.remoteAddress ?? ""));
  server.on("connection", (socket: Socket) => {
    const { remoteAddress = "" } = socket;
    if (isProxy(remoteAddress)) return void verified.add(socket);
    const [client, site] = [networkOf(remoteAddress), siteOf(remoteAddress)];
    const isFull =
      countOf(client) >= perAddress || (site !== undefined && countOf(site) >= perAddress * networksPerSite);
    if (isFull) {
      onDrop("address", remoteAddress);
      return void socket.destroy();
    }
    const counted = site === undefined ? [client] : [client, site];
    for (const one of counted) counts.set(one, countOf(one) + 1);
    awaitRequest(socket);
    socket.once("close", () => {
      stopWaiting(socket);
      for (const one of counted) {
        if (countOf(one) > 1) counts.set(one, countOf(one) - 1);
        else counts.delete(one);
      }
    });
  });
  server.on("request", ({ socket }) => stopWaiting(socket));

  function awaitRequest(socket: Socket): void {
    const end = () => {
      onDrop("idle", socket.remoteAddress ?? "");
      socket.destroy();
    };
    timers.set(socket, setTimeout(end, firstRequestMs).unref());
  }

  function stopWaiting(socket: Socket): void {
    clearTimeout(timers.get(socket));
    timers.delete(socket);
  }

  return {
    /** From now on the connection may stay open between requests. */
    noteVerified(socket: Socket): void {
      verified.add(socket);
    },
    mayStay: (socket: Socket): boolean => verified.has(socket),
  };
}
