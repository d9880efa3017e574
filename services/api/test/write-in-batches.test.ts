import { expect, test, vi } from "vitest";
import { writeInBatches } from "../src/write-in-batches.ts";

test("lines that could not be written are written with later ones, and the rest on close", async () => {
  let gathered = ["a"];
  const written: string[][] = [];
  const errors: unknown[] = [];
  const batches = writeInBatches<string[]>({
    take: () => gathered.splice(0),
    async write(batch) {
      if (errors.length === 0) throw new Error("MongoDB is away");
      if (batch.length > 0) written.push(batch);
    },
    giveBack(batch) {
      gathered = [...batch, "b", ...gathered];
    },
    onError: (error) => errors.push(error),
    everyMs: 1,
  });
  await vi.waitFor(() => expect(written).toEqual([["a", "b"]]), 20_000);
  gathered.push("c");
  await batches.close();
  expect(written.flat()).toEqual(["a", "b", "c"]);
  expect(errors).toHaveLength(1);
});
