// What a callback costs the ingress, accepted and refused, beside the straight ways: goal 3.

import { cpuMicrosecondsEach, type Row } from "@fleetkeeper/bench";
import type { FastifyInstance } from "fastify";
import { type Callback, openSides, type Sides } from "./callback-sides.ts";

const count = Number(process.env.CALLBACKS ?? 2_000);
const inFlight = 32;

export const callbackRows: Row[] = [
  row({
    name: "accepted-callback",
    what: "accepted callback, RS256 with RSA-3072",
    yardstick: "straight with jose and BullMQ",
    goal: { ratio: { atMost: 0.5 } },
    other: "straight",
    isGood: true,
  }),
  row({
    name: "accepted-callback-crypto",
    what: "accepted callback, RS256 with RSA-3072",
    yardstick: "straight with synchronous node:crypto and BullMQ",
    other: "byCrypto",
    isGood: true,
  }),
  row({
    name: "accepted-callback-bare",
    what: "accepted callback, RS256 with RSA-3072",
    yardstick: "Fastify and jose, no sealing, binding or queue",
    goal: { ratio: { atMost: 1.25 } },
    other: "bare",
    isGood: true,
  }),
  row({
    name: "refused-callback",
    what: "refused callback, bad signature",
    yardstick: "straight with jose",
    goal: { ratio: { atMost: 1.1 } },
    other: "straight",
    isGood: false,
  }),
];

type Kind = Pick<Row, "name" | "what" | "yardstick" | "goal"> & {
  other: "straight" | "byCrypto" | "bare";
  isGood: boolean;
};

function row({ other, isGood, ...about }: Kind): Row {
  return {
    ...about,
    unit: "µs of CPU",
    async open() {
      const sides = await openSides();
      return {
        ours: () => costOf(sides, sides.ours, isGood),
        yardstick: () => costOf(sides, sides[other], isGood),
        close: () => sides.close(),
      };
    },
  };
}

async function costOf(sides: Sides, server: FastifyInstance, isGood: boolean): Promise<number> {
  const callbacks = await sides.callbacks(count);
  const sent = isGood ? callbacks : callbacks.map(forged);
  return cpuMicrosecondsEach(count, () => sendAll(server, sent, isGood ? 202 : 401));
}

/** The same token with another signature. */
function forged({ token, body }: Callback): Callback {
  const [header, claims, signature = ""] = token.split(".");
  return { token: [header, claims, [...signature].reverse().join("")].join("."), body };
}

async function sendAll(server: FastifyInstance, callbacks: Callback[], status: number): Promise<void> {
  const left = callbacks.values();
  const send = async () => {
    for (const { token, body } of left) {
      const answer = await server.inject({
        method: "POST",
        url: "/appinstall",
        headers: { "content-type": "application/json", "trackunit-identity": token },
        payload: body,
      });
      if (answer.statusCode !== status) throw new Error(`answered ${answer.statusCode}: ${answer.body}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, send));
}
