import { expect, test, vi } from "vitest";
import { createRefusalLimit } from "../src/refusal-limit.ts";

/** Of one provider's customer: another network with each number. */
const networkOfSite = (number: number) => `2001:db8:1:${number.toString(16)}::1`;

test("the networks of one IPv6 site have eight times the refusals of one together, and another site its own", async () => {
  const limit = createRefusalLimit(10);
  for (let number = 0; number < 79; number++) limit.count(networkOfSite(number));
  await vi.waitFor(() => expect(limit.isOver(networkOfSite(0))).toBe(false));
  limit.count(networkOfSite(79));
  await vi.waitFor(() => expect(limit.isOver(networkOfSite(9_999))).toBe(true));
  expect(limit.isOver("2001:db8:2::1")).toBe(false);
});
