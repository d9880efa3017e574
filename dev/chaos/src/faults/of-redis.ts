// Faults of Redis: started again, emptied, out of memory, cut off, silent, slow, failed over, and on a full
// disk.

import type { World } from "../world.ts";
import { type Fault, type FaultKind, nothing, someMs } from "./fault.ts";

const target = "redis";

function ofProxy(name: string, set: (world: World, isOn: boolean) => void): FaultKind {
  return (draw) => ({
    target,
    name: `redis ${name}`,
    forMs: someMs(draw, 200, 7_000),
    begin: (world) => set(world, true),
    end: (world) => set(world, false),
  });
}

const startedAgain: FaultKind = (draw) => {
  const forMs = someMs(draw, 0, 4_000);
  return once("redis killed and started again", (world) => world.redis.restart(forMs));
};

/** In one step: which accepted wishes are in Redis only, and then nothing is. */
const readAndEmpty = `
local unfinished = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'hash' then
    local data = redis.call('HGET', key, 'data')
    if data and not redis.call('HGET', key, 'finishedOn') then table.insert(unfinished, data) end
  end
end
redis.call('FLUSHALL')
return unfinished`;

const emptied: FaultKind = () =>
  once("redis emptied", async (world) => {
    const unfinished = (await world.redis.call("EVAL", readAndEmpty, "0")) as string[];
    atRisk(world, unfinished.join("\n"));
  });

const outOfMemory: FaultKind = (draw) => ({
  target,
  name: "redis out of memory",
  forMs: someMs(draw, 500, 5_000),
  begin: (world) => world.redis.call("CONFIG", "SET", "maxmemory", "1mb"),
  end: (world) => world.redis.call("CONFIG", "SET", "maxmemory", "0"),
});

const failedOver: FaultKind = () =>
  once("redis failed over as planned", (world) => world.redis.failOver("planned"));

/** What the replica had not got yet is lost; an install is not, since the ingress waits for a replica. */
const masterLost: FaultKind = () =>
  once("redis master lost, replica promoted", async (world) => {
    for (const entry of world.ledger.entries) if (entry.wish === "forgotten") entry.isAtRisk = true;
    world.ledger.losses += 1;
    await world.redis.failOver("crash");
  });

const diskFull: FaultKind = (draw) => ({
  target,
  name: "redis on a full disk",
  forMs: someMs(draw, 500, 4_000),
  begin: (world) => world.redis.disk.fill(),
  async end(world) {
    await world.redis.disk.free();
    await world.redis.startEnded();
  },
});

const cutOff = ofProxy("cut off", ({ redis }, isOn) => redis.proxy.refuse(isOn));
const silent = ofProxy("silent", ({ redis }, isOn) => redis.proxy.hold(isOn));
const slow: FaultKind = (draw) => {
  const delayMs = someMs(draw, 20, 400);
  return ofProxy("slow", ({ redis }, isOn) => redis.proxy.delay(isOn ? delayMs : 0))(draw);
};

function once(name: string, begin: Fault["begin"]): Fault {
  return { target, name, forMs: 0, begin, end: nothing };
}

/** `lost`: the payloads of unfinished jobs, as text. */
function atRisk(world: World, lost: string): void {
  world.ledger.losses += 1;
  for (const entry of world.ledger.entries)
    if (lost.toLowerCase().includes(entry.account.accountId)) entry.isAtRisk = true;
}

export const redisFaults: readonly FaultKind[] = [
  startedAgain,
  emptied,
  outOfMemory,
  failedOver,
  masterLost,
  diskFull,
  cutOff,
  silent,
  slow,
];
