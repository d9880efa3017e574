// Chaos: the whole system of real processes, broken by the script of a seed.

export { type RunOptions, type RunResult, runSeed } from "./run-seed.ts";
