// The bench's frame: rows with their yardsticks, in rounds.

export { cpuMicrosecondsEach } from "./cpu.ts";
export { measureRow } from "./measure-row.ts";
export { tableOf } from "./print-table.ts";
export type { Goal, Measured, Opened, Row, Spread } from "./row.ts";
