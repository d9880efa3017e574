// A private authority that ends with the test.

import { createPrivateAuthority } from "@fleetkeeper/local-stack";
import { onTestFinished } from "vitest";

export function privateAuthority() {
  const authority = createPrivateAuthority();
  onTestFinished(() => authority.close());
  return authority;
}
