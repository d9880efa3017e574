// Who may hold a connection, and for how long: one client must not keep the others out. Only a verified
// request earns the right to stay.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import { allowancesOf } from "./addresses.ts";

/** How many connections a server has, and how long one may stay silent. */
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
/** One of them. */
export type DropReason = (typeof dropReasons)[number];

/** Notified of verified requests, and asked which connections may stay. */
export type ConnectionGuard = ReturnType<typeof guardConnections>;

/**
 * Of a server that listens later. `isProxy`: addresses that stand for many clients, and are bound by `total`
 * alone; default: none is.
 */
export function guardConnections(
  server: Server,
  limits: ConnectionLimits,
  options: {
    isProxy?: (address: string) => boolean;
    onDrop?: (reason: DropReason, address: string) => void;
  } = {},
) {
  const { total, perAddress, firstRequestMs } = limits;
  const { isProxy = () => false, onDrop = () => undefined } = options;
  const counts = new Map<string, number>();
  const countOf = (one: string) => counts.get(one) ?? 0;
  const verified = new WeakSet<Socket>();
  const timers = new Map<Socket, NodeJS.Timeout>();

  server.maxConnections = total;
  server.on("drop", (data) => onDrop("total", data?.remoteAddress ?? ""));
  server.on("connection", (socket: Socket) => {
    const { remoteAddress = "" } = socket;
    if (isProxy(remoteAddress)) return void verified.add(socket);
    const allowances = allowancesOf(remoteAddress, perAddress);
    if (allowances.some(({ client, most }) => countOf(client) >= most)) {
      onDrop("address", remoteAddress);
      return void socket.destroy();
    }
    for (const { client } of allowances) counts.set(client, countOf(client) + 1);
    awaitRequest(socket);
    socket.once("close", () => {
      stopWaiting(socket);
      for (const { client } of allowances) {
        if (countOf(client) > 1) counts.set(client, countOf(client) - 1);
        else counts.delete(client);
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
