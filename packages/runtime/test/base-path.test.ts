import { expect, test } from "vitest";
import { withoutBasePath } from "../src/index.ts";

test.each([
  ["/fleet/appinstall", "/appinstall"],
  ["/fleet/appinstall/?x=1", "/appinstall/?x=1"],
  ["http://host:80/fleet/appinstall", "/appinstall"],
  ["/fleet", "/"],
  ["/fleet?x=1", "/?x=1"],
  ["/appinstall", "/appinstall"],
  ["/fleets/appinstall", "/fleets/appinstall"],
  ["/other/fleet/appinstall", "/other/fleet/appinstall"],
])("below /fleet, %s is routed as %s", (url, routed) => {
  expect(withoutBasePath("/fleet")({ url })).toBe(routed);
});
