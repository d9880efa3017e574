import type { SealedText } from "@fleetkeeper/model";
import type { Store } from "@fleetkeeper/store";
import { InstallationRevokedError } from "@fleetkeeper/tokens";
import { expect, test } from "vitest";
import { installation, installationId, setup, syncId } from "./slice-world.ts";

test.each([
  ["was restored", "schedule", async () => undefined],
  ["is refused", "credential", (store: Store) => refuse(store)],
  ["was paused", "operator", (store: Store) => store.installations.setPaused(installationId, new Date(0))],
])(
  "a slice without a token, since the account was refused, gives its sync the account's state: it %s",
  async (_state, waitsFor, meanwhile) => {
    const act: (() => Promise<unknown>)[] = [];
    const { store, run } = await setup([], {
      // biome-ignore lint/correctness/useYield: the first page gets no token.
      async *pages() {
        for (const one of act) await one();
        throw new InstallationRevokedError("the credential is refused");
      },
    });
    const at = new Date(0);
    const install = {
      installationId,
      irisAppId: "@a/b",
      accountId: "1",
      generation: installation.generation,
    };
    const credential = { sealedCredential: "s" as SealedText, clientIdFingerprint: "f", receivedAt: at };
    await store.credentials.add({ ...install, ...credential }, { requestedScopes: [], sealKeyId: "k" });
    const how = { requestedScopes: [], isSame: false, keptMs: 1, now: at };
    await store.promote(installationId, installation.generation, how);
    // As its process does, which dies before it aligns the syncs, or has done so before this slice ends.
    act.push(() => meanwhile(store));
    expect(await run()).toMatchObject({ outcome: "failed", code: "ERR_INSTALLATION_REVOKED" });
    const sync = await store.syncs.find(syncId);
    expect(sync?.waiting.for).toBe(waitsFor);
    expect(sync?.nextRunAt === null).toBe(waitsFor !== "schedule");
  },
);

function refuse(store: Store): Promise<boolean> {
  const result = { at: new Date(0), outcome: "refused", code: "ERR_TOKEN_INVALID_CLIENT" } as const;
  return store.installations.noteRefusal(
    installationId,
    installation.generation,
    result,
    new Date(3_600_000),
  );
}
