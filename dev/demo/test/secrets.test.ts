import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadSecrets } from "../src/secrets.ts";

test("keys are made once, and one that a later version needs is added to those of the last start", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "fleetkeeper-secrets-"));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const first = await loadSecrets(dataDir);
  expect(first.created).toBe(true);
  expect(await loadSecrets(dataDir)).toEqual({ ...first, created: false });

  const { webhookKey, ...older } = first.secrets;
  await writeFile(join(dataDir, "secrets.json"), JSON.stringify(older));
  const { secrets, created } = await loadSecrets(dataDir);
  expect(created).toBe(false);
  expect(secrets).toEqual({ ...older, webhookKey: expect.any(String) });
  expect(secrets.webhookKey).not.toBe(webhookKey);
});
