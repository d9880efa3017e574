// The tokens that this process used last, in clear: saves opening the sealed one for each request.

import { createBoundedMap, type InstallationId } from "@fleetkeeper/model";
import type { CachedToken } from "./token-cache.ts";

/** Keeps the `capacity` tokens used last; one of an older install never takes the place of a newer one's. */
export function createTokenMemory(capacity: number) {
  const tokens = createBoundedMap<InstallationId, CachedToken>(capacity);
  return {
    read(installationId: InstallationId): CachedToken | undefined {
      const token = tokens.get(installationId);
      if (token !== undefined) write(installationId, token);
      return token;
    },
    write,
    forget(installationId: InstallationId): void {
      tokens.delete(installationId);
    },
  };

  function write(installationId: InstallationId, token: CachedToken): void {
    const known = tokens.get(installationId);
    const kept = known !== undefined && known.generation > token.generation ? known : token;
    tokens.set(installationId, kept);
  }
}
