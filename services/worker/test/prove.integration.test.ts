// What the token endpoint says of several candidates, through the real store.

import { type Generation, installationIdOf, type SealedText } from "@fleetkeeper/model";
import { createLog } from "@fleetkeeper/telemetry";
import { testStore } from "@fleetkeeper/test-worlds";
import {
  CredentialRefusedError,
  ScopeRefusedError,
  TokenEndpointUnavailableError,
  TokenRateLimitedError,
} from "@fleetkeeper/tokens";
import { expect, test } from "vitest";
import { createCandidateRefusals } from "../src/candidate-refusals.ts";
import { createWorkerMetrics } from "../src/metrics.ts";
import { createProve, type ProveOptions } from "../src/prove.ts";

const installationId = installationIdOf("@a/b", "1");
const beganAtMs = new Date("2026-01-01T00:00:00Z").getTime();

/** `answers`: of the endpoint, by client id; a token where it has none. */
async function setup(answers: Record<string, () => Error | undefined>) {
  const { store } = await testStore();
  const log = createLog({ service: "test", level: "silent" });
  const metrics = createWorkerMetrics();
  let clock = beganAtMs;
  const now = () => new Date(clock);
  const tokens = {
    async tryOut({ clientId }: { clientId: string }) {
      const error = answers[clientId]?.();
      if (error !== undefined) throw error;
      const expiresAt = new Date(clock + 3_600_000);
      return { accessToken: "token", issuedAt: now(), expiresAt, scopes: [], assumed: [] };
    },
    adopt: async () => undefined,
  };
  const prove = createProve({
    ...{ store, log, metrics, now, scopes: [], keptMs: 1_000, accountOfToken: undefined },
    tokens: tokens as unknown as ProveOptions["tokens"],
    openCredential: async (sealed) => ({ clientId: sealed, clientSecret: "secret" }),
    refusals: createCandidateRefusals({ audit: store.audit, metrics, log }),
  });
  const found = async () => (await store.installations.find(installationId)) ?? expect.fail();
  let installs = 0;

  return {
    found,
    async install(clientId: string) {
      const install = {
        ...{ installationId, irisAppId: "@a/b", accountId: "1", receivedAt: now() },
        ...{ generation: String(++installs) as Generation, sealedCredential: clientId as SealedText },
        clientIdFingerprint: clientId,
      };
      await store.install(install, { requestedScopes: [], sealKeyId: "k", now: now() }, []);
    },
    /** Proves whenever something is due, at most so often. */
    async proveDue(times: number) {
      for (let time = 0; time < times; time++) {
        const { proveAt } = await found();
        if (proveAt === null) return;
        clock = Math.max(clock, proveAt.getTime());
        await prove(installationId);
      }
    },
  };
}

test.each([
  ["a limit of a client", () => new TokenRateLimitedError(3_600_000)],
  ["an error that a client id causes", () => new TokenEndpointUnavailableError("the endpoint answered 500")],
])("%s does not keep an older install of the account from its turn", async (_what, error) => {
  let isKnown = false;
  const honest = () => (isKnown ? undefined : new CredentialRefusedError("not known everywhere yet"));
  const { found, install, proveDue } = await setup({ honest, other: error });
  await install("honest");
  await proveDue(1);
  await install("other");
  await proveDue(1);
  isKnown = true;
  await proveDue(4);
  expect(await found()).toMatchObject({ state: "active", clientIdFingerprint: "honest" });
});

test("answers of other kinds do not use up the refusals that a new credential may meet", async () => {
  let answer: Error | undefined = new ScopeRefusedError("TRACKUNIT_SCOPES names another scope");
  const { found, install, proveDue } = await setup({ honest: () => answer });
  await install("honest");
  await proveDue(6);
  answer = new CredentialRefusedError("not known everywhere yet");
  await proveDue(4);
  expect(await found()).toMatchObject({ refused: [], candidates: [{ rejections: 10, refusals: 4 }] });
  answer = undefined;
  await proveDue(1);
  expect(await found()).toMatchObject({ state: "active", clientIdFingerprint: "honest" });
});
