// MongoDB: its version, and the indexes that everything relies on.

import { clockSample } from "../clock-sample.ts";
import { type Examine, ok, problem } from "../finding.ts";

export const examineMongodb: Examine = async ({ reach, clocks, now }) => {
  const store = await reach.store();
  const askedAt = now();
  const { version, serverTime, missingIndexes } = await store.inspect();
  if (serverTime !== undefined)
    clocks.push(clockSample({ of: "MongoDB", serverTime, precisionMs: 0, askedAt, answeredAt: now() }));
  return [
    ok("MONGODB_VERSION", `MongoDB ${version}`),
    missingIndexes.length === 0
      ? ok("MONGODB_INDEXES", "all indexes are there")
      : problem(
          "MONGODB_INDEX_MISSING",
          `missing: ${missingIndexes.join(", ")}`,
          "Start a worker again: it makes the indexes that are missing.",
        ),
  ];
};
