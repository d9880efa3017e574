import { expect, test } from "vitest";
import { clientIdFingerprintOf, eventIdOf, fractionOf } from "../src/index.ts";

test("what is stored and what is scheduled by a hash stays as it was before", () => {
  // The example of FIPS 180-4.
  expect(clientIdFingerprintOf("abc")).toBe("ba7816bf8f01cfea");
  expect(eventIdOf("abc")).toBe("evt_ba7816bf8f01cfea414140de5dae2223");
  expect(fractionOf("abc")).toBe(0xba7816bf / 2 ** 32);
});
