// Faults of MongoDB: started again, cut off, silent, slow, stepping down, unsure of its majority, and on a
// full disk.

import type { MongoRule } from "@fleetkeeper/local-stack";
import type { Draw } from "@fleetkeeper/simulator";
import type { World } from "../world.ts";
import { type FaultKind, nothing, someMs } from "./fault.ts";

const target = "mongodb";
const writes = ["update", "findAndModify", "insert", "delete"];

function ofProxy(name: string, set: (world: World, isOn: boolean) => void): FaultKind {
  return (draw) => ({
    target,
    name: `mongodb ${name}`,
    forMs: someMs(draw, 200, 7_000),
    begin: (world) => set(world, true),
    end: (world) => set(world, false),
  });
}

/** Some writes in a row are answered so, each command for itself. */
function ofAnswers(name: string, rule: (draw: Draw) => Pick<MongoRule, "when" | "fault">): FaultKind {
  return (draw) => {
    const rules = writes.map((command) => ({
      command,
      after: draw.below(10),
      times: 1 + draw.below(6),
      ...rule(draw),
    }));
    return {
      target,
      name: `mongodb ${name}`,
      forMs: someMs(draw, 1_000, 5_000),
      begin: ({ mongodb }) => {
        for (const one of rules) mongodb.answers.add(one);
      },
      end: ({ mongodb }) => mongodb.answers.clear(),
    };
  };
}

const startedAgain: FaultKind = (draw) => {
  const downMs = someMs(draw, 0, 4_000);
  return {
    target,
    name: "mongodb killed and started again",
    forMs: 0,
    begin: (world) => world.mongodb.restart(downMs),
    end: nothing,
  };
};

const diskFull: FaultKind = (draw) => ({
  target,
  name: "mongodb on a full disk",
  forMs: someMs(draw, 500, 4_000),
  begin: (world) => world.mongodb.disk.fill(),
  async end(world) {
    await world.mongodb.disk.free();
    await world.mongodb.startEnded();
  },
});

const cutOff = ofProxy("cut off", ({ mongodb }, isOn) => mongodb.proxy.refuse(isOn));
const silent = ofProxy("silent", ({ mongodb }, isOn) => mongodb.proxy.hold(isOn));
const slow: FaultKind = (draw) => {
  const delayMs = someMs(draw, 20, 400);
  return ofProxy("slow", ({ mongodb }, isOn) => mongodb.proxy.delay(isOn ? delayMs : 0))(draw);
};
const noPrimary = ofAnswers("steps down before a write", () => ({
  when: "before",
  fault: { refuse: "NotWritablePrimary" },
}));
const steppedDown = ofAnswers("steps down after a write", () => ({
  when: "after",
  fault: { refuse: "PrimarySteppedDown" },
}));
const unsure = ofAnswers("is unsure of its majority", () => ({
  when: "after",
  fault: { doubt: "WriteConcernFailed" },
}));
const cutAtWrites = ofAnswers("cut at writes", (draw) => ({
  when: draw.percent(50) ? "before" : "after",
  fault: { cut: true },
}));

export const mongodbFaults: readonly FaultKind[] = [
  startedAgain,
  diskFull,
  cutOff,
  silent,
  slow,
  noPrimary,
  steppedDown,
  unsure,
  cutAtWrites,
];
