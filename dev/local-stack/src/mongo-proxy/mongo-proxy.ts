// A proxy between driver and server that answers chosen commands itself, cuts or holds them, and counts them
// all.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Document } from "mongodb";
import { type ErrorName, refusal, unsureOf, writeErrors } from "./mongodb-answers.ts";
import {
  answerTo,
  bodyOf,
  createMessageReader,
  requestIdOf,
  responseToOf,
  wholeCommandOf,
  writesOf,
} from "./wire-message.ts";

/** What becomes of the command. */
export type Fault =
  | { refuse: ErrorName }
  | { refuseWrite: ErrorName }
  | { doubt: ErrorName }
  | { cut: true }
  | { holdUntil: Promise<unknown> };

export interface Rule {
  /** For instance `update` or `findAndModify`; one of several. */
  command: string | readonly string[];
  /** Default: any. */
  collection?: string;
  /** Of the commands that fit, this many are let through first. Default 0. */
  after?: number;
  /** This many are met. Default 1. */
  times?: number;
  /**
   * `before`: the server never sees the command. `after`: it has carried it out, and the driver does not
   * learn of it.
   */
  when: "before" | "after";
  fault: Fault;
}

export interface MongoProxy {
  /** As the server's, with the proxy's address. */
  url: string;
  /** Returns a promise that resolves when a command was met the first time. */
  add(rule: Rule): { met: Promise<void> };
  clear(): void;
  /**
   * Commands since the last call, for instance `update syncs`, with how often; without those of the driver's
   * own.
   */
  takeCounts(): Record<string, number>;
  close(): Promise<void>;
}

interface ActiveRule extends Rule {
  seen: number;
  onMet: () => void;
}

interface Met {
  fault: Fault;
  command: string;
  /** How many results it has. */
  writes: number;
}

const ofTheDriver = new Set([
  "hello",
  "ismaster",
  "isMaster",
  "ping",
  "endSessions",
  "saslStart",
  "saslContinue",
]);

/**
 * Starts the proxy in front of one server; replica sets are spoken to as a single server. `onCommand` is told
 * each command that comes, whole, but for the driver's own.
 */
export async function startMongoProxy(
  mongodbUrl: string,
  { onCommand }: { onCommand?: (command: Document) => void } = {},
): Promise<MongoProxy> {
  const target = new URL(mongodbUrl);
  const sockets = new Set<Socket>();
  let rules: ActiveRule[] = [];
  let counts: Record<string, number> = {};

  const server = createServer((outside) => {
    const inside = connect(Number(target.port || 27_017), target.hostname);
    const afterwards = new Map<number, Met>();
    const readRequests = createMessageReader();
    const readAnswers = createMessageReader();
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    const cut = () => outside.destroy();
    const answer = (requestId: number, body: Document) => outside.write(answerTo(requestId, body));

    outside.on("data", (chunk) => {
      for (const message of readRequests(chunk)) onRequest(message);
    });
    inside.on("data", (chunk) => {
      for (const message of readAnswers(chunk)) onAnswer(message);
    });

    function onRequest(message: Buffer): void {
      const body = bodyOf(message);
      if (onCommand !== undefined) tell(message);
      const rule = body === undefined ? undefined : ruleFor(body);
      if (body === undefined || rule === undefined) return void inside.write(message);
      const met = { fault: rule.fault, command: commandOf(body), writes: writesOf(message) };
      const requestId = requestIdOf(message);
      if (rule.when === "after") {
        afterwards.set(requestId, met);
        return void inside.write(message);
      }
      carryOut(met, requestId, {}, () => inside.write(message));
    }

    function onAnswer(message: Buffer): void {
      const requestId = responseToOf(message);
      const met = afterwards.get(requestId);
      afterwards.delete(requestId);
      if (met === undefined) return void outside.write(message);
      carryOut(met, requestId, bodyOf(message) ?? {}, () => outside.write(message));
    }

    function carryOut(
      { fault, command, writes }: Met,
      requestId: number,
      real: Document,
      goOn: () => void,
    ): void {
      if ("cut" in fault) cut();
      else if ("holdUntil" in fault) fault.holdUntil.then(goOn, cut);
      else if ("refuse" in fault) answer(requestId, refusal(fault.refuse));
      else if ("refuseWrite" in fault) answer(requestId, writeErrors(command, fault.refuseWrite, writes));
      else answer(requestId, unsureOf(real, fault.doubt));
    }
  });

  function tell(message: Buffer): void {
    const command = wholeCommandOf(message);
    if (command !== undefined && !ofTheDriver.has(commandOf(command))) onCommand?.(command);
  }

  /** Counts the command, too. */
  function ruleFor(body: Document): ActiveRule | undefined {
    const command = commandOf(body);
    if (ofTheDriver.has(command)) return undefined;
    const collection = typeof body[command] === "string" ? body[command] : "";
    const name = `${command} ${collection}`.trim();
    counts[name] = (counts[name] ?? 0) + 1;
    for (const rule of rules) {
      if (![rule.command].flat().includes(command) || (rule.collection ?? collection) !== collection)
        continue;
      const { after = 0, times = 1 } = rule;
      rule.seen += 1;
      if (rule.seen <= after || rule.seen > after + times) continue;
      rule.onMet();
      return rule;
    }
    return undefined;
  }

  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(mongodbUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.searchParams.set("directConnection", "true");
  // The driver looks at a server again this soon after it said that it is not a primary.
  url.searchParams.set("minHeartbeatFrequencyMS", "20");
  return {
    url: url.href,
    add(rule) {
      const { promise: met, resolve } = Promise.withResolvers<void>();
      rules.push({ ...rule, seen: 0, onMet: resolve });
      return { met };
    },
    clear() {
      rules = [];
    },
    takeCounts() {
      const taken = counts;
      counts = {};
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function commandOf(body: Document): string {
  return Object.keys(body)[0] ?? "";
}
