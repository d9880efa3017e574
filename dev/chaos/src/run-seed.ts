// One run: the script of a seed played on a world of its own, and what it left behind.

import { cp } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults/fault.ts";
import { brokenInvariants } from "./invariants.ts";
import { becomeTrue, comeToRest, heal } from "./recovery.ts";
import { type Script, type ScriptOptions, scriptOf } from "./script.ts";
import { askAgain } from "./wishes.ts";
import { work } from "./work.ts";
import { createWorld, type World } from "./world.ts";

export interface RunResult {
  seed: number;
  /** In the order of their begin. */
  faults: string[];
  /** From the end of the faults; undefined where it never came. */
  restMs: number | undefined;
  /** From rest on. */
  trueMs: number | undefined;
  accepted: number;
  answers: Record<string, number>;
  /** Accepted, possibly lost with Redis, and asked for again. */
  askedAgain: number;
  /** Invariants that do not hold, in words. Empty: all hold. */
  broken: string[];
}

/** `faults` are 6 unless given, `lengthMs` is 10 000. */
export interface RunOptions extends Partial<ScriptOptions> {
  /** Notified of each step. */
  onStep?: (line: string) => void;
  /** Where the logs of a run go whose invariants do not hold; absent: nowhere. */
  keepLogsIn?: string;
}

export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const { faults = 6, lengthMs = 10_000, only, onStep = () => undefined, keepLogsIn } = options;
  const script = scriptOf(seed, { faults, lengthMs, only });
  const world = await createWorld(script);
  try {
    const broken = await play(world, script, lengthMs, onStep);
    const rest =
      broken.length > 0 ? undefined : await timed("settled", () => comeToRest(world, onStep), broken, onStep);
    const truth =
      rest === undefined
        ? undefined
        : await timed("true everywhere", () => becomeTrue(world, onStep), broken, onStep);
    broken.push(...(await brokenInvariants(world)));
    if (broken.length > 0 && keepLogsIn !== undefined)
      await cp(world.logDir, keepLogsIn, { recursive: true });
    const { accepted, askedAgain, answers } = world.ledger;
    return {
      seed,
      faults: script.faults.map(({ fault }) => fault.name),
      restMs: rest,
      trueMs: truth,
      accepted,
      askedAgain,
      answers: Object.fromEntries(answers),
      broken,
    };
  } finally {
    await world.close();
  }
}

/** Until everything is whole again. @returns what could not be played */
async function play(
  world: World,
  script: Script,
  lengthMs: number,
  onStep: (line: string) => void,
): Promise<string[]> {
  const failed: string[] = [];
  let isOver = false;
  const breakThings = async () => {
    failed.push(...(await playFaults(world, script.faults, lengthMs, onStep)));
    isOver = true;
    await heal(world);
    onStep("whole again");
  };
  await Promise.all([work(world, script.work, () => isOver), breakThings()]);
  await askAgain(world);
  return failed;
}

/** Those of one target one after the other. @returns what could not be played */
async function playFaults(
  world: World,
  faults: Script["faults"],
  lengthMs: number,
  onStep: (line: string) => void,
): Promise<string[]> {
  const failed: string[] = [];
  const startedAtMs = performance.now();
  const targets = new Map<string, Promise<void>>();
  for (const { atMs, fault } of faults) {
    await sleep(Math.max(0, startedAtMs + atMs - performance.now()));
    const before = targets.get(fault.target) ?? Promise.resolve();
    targets.set(
      fault.target,
      before
        .then(() => playFault(world, fault, onStep))
        .catch((error: unknown) => {
          failed.push(`${fault.name} could not be played: ${error}`);
        }),
    );
  }
  await sleep(Math.max(0, startedAtMs + lengthMs - performance.now()));
  await Promise.all(targets.values());
  return failed;
}

async function playFault(world: World, fault: Fault, onStep: (line: string) => void): Promise<void> {
  onStep(`${fault.name} for ${fault.forMs} ms (${fault.target})`);
  await fault.begin(world);
  await sleep(fault.forMs);
  await fault.end(world);
}

async function timed(
  what: string,
  step: () => Promise<void>,
  broken: string[],
  onStep: (line: string) => void,
): Promise<number | undefined> {
  const startedAtMs = performance.now();
  try {
    await step();
    const ms = Math.round(performance.now() - startedAtMs);
    onStep(`${what} after ${ms} ms`);
    return ms;
  } catch (error) {
    broken.push((error as Error).message);
    return undefined;
  }
}
