// The bench's frame: rows with their yardsticks, in rounds.

export { type Circumstances, captionOf } from "./caption-of.ts";
export { cpuMicrosecondsEach, cpuMsOfGroup } from "./cpu.ts";
export { measureRow, spreadOf } from "./measure-row.ts";
export { tableOf } from "./print-table.ts";
export type { Goal, Measured, Opened, Row, Spread } from "./row.ts";
export { type Plot, svgOf } from "./svg-of.ts";
