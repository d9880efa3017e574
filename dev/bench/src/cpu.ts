// Time of this process's CPU: what others do on the machine counts less than with a clock.

/** Microseconds of CPU for each of `count`, all threads together. */
export async function cpuMicrosecondsEach(count: number, run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
