import { expect, test } from "vitest";
import { noTimeline, type RunEvent, type RunTimeline, withEvent } from "../src/index.ts";

test("the first ten and the last thirty steps of a long run are kept, and the others counted", () => {
  const event = (n: number): RunEvent => ({ kind: "slice", at: new Date(n) });
  let timeline: RunTimeline = noTimeline;
  for (let n = 0; n < 100; n++) timeline = withEvent(timeline, event(n));
  const numbers = timeline.events.map(({ at }) => at.getTime());
  expect(numbers).toEqual([...Array(10).keys(), ...Array.from({ length: 30 }, (_, n) => 70 + n)]);
  expect(timeline.leftOut).toBe(60);
  expect(noTimeline.events).toEqual([]);
});
