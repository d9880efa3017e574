// Time of a process's CPU: what others do on the machine counts less than with a clock.

import { readdirSync, readFileSync } from "node:fs";

/** Microseconds of CPU for each of `count`, all threads together. */
export async function cpuMicrosecondsEach(count: number, run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/** In /proc times are in hundredths of a second. */
const tickMs = 10;

/** Milliseconds of CPU that a server started here has used, with what runs beside it. Linux only. */
export function cpuMsOfGroup(processGroup: number | undefined): number {
  if (processGroup === undefined) throw new Error("the server is not a process that was started here");
  const ofGroup = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => Number(stat[2]) === processGroup);
  return ofGroup.reduce((sum, stat) => sum + (Number(stat[11]) + Number(stat[12])) * tickMs, 0);
}

/** `man 5 proc`, from the third field on: what is before may hold any character. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return []; // it has ended
  }
}
