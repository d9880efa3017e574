// The tokens that this process used last, in clear: saves opening the sealed one for each request.

import type { InstallationId } from "@fleetkeeper/model";
import type { CachedToken } from "./token-cache.ts";

/** Keeps the `capacity` tokens used last. */
export function createTokenMemory(capacity: number) {
  const tokens = new Map<InstallationId, CachedToken>();
  return {
    read(installationId: InstallationId): CachedToken | undefined {
      const token = tokens.get(installationId);
      if (token !== undefined) this.write(installationId, token);
      return token;
    },
    write(installationId: InstallationId, token: CachedToken): void {
      tokens.delete(installationId);
      tokens.set(installationId, token);
      const oldest = tokens.keys().next();
      if (tokens.size > capacity && !oldest.done) tokens.delete(oldest.value);
    },
    forget(installationId: InstallationId): void {
      tokens.delete(installationId);
    },
  };
}
