import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationIdOf } from "@fleetkeeper/model";
import { createOpen, createSeal, type SealBinding } from "@fleetkeeper/sealing";
import { expect, onTestFinished, test, vi } from "vitest";
import { runCli } from "../run-cli.ts";

// Each starts a process, which loads what the services are made of.
vi.setConfig({ testTimeout: 30_000 });

const run = (folder: string) => runCli(["keys", "generate", "--compose", "--out", folder, "--json"]);

async function setup() {
  const parent = await mkdtemp(join(tmpdir(), "fleetkeeper-secrets-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, "secrets");
  expect(await run(folder)).toMatchObject({ code: 0, stderr: "" });
  return { folder, read: (name: string) => readFile(join(folder, name), "utf8") };
}

test("a new private key opens what the new public key sealed", async () => {
  const { read } = await setup();
  const seal = await createSeal(JSON.parse(await read("sealing_public_key")));
  const open = await createOpen(JSON.parse(await read("sealing_private_keys")));
  const binding: SealBinding = { installationId: installationIdOf("@a/b", "1"), purpose: "credential" };
  expect(await open(await seal("x", binding), binding)).toBe("x");
  expect(await read("board_password")).toMatch(/^[\w-]{24}\n$/);
});

test("no other user of the machine can enter the folder", async () => {
  const { folder } = await setup();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("an upgrade adds what is missing, and what is there stays as it is", async () => {
  const { folder, read } = await setup();
  const before = await read("sealing_private_keys");
  await rm(join(folder, "token_key"));
  await run(folder);
  expect(JSON.parse(await read("token_key")).keys).toHaveLength(1);
  expect(await read("sealing_private_keys")).toBe(before);
  expect((await run(folder)).error()).toMatchObject({ code: "ERR_FILE" });
});

test("a private key whose public half is missing gets no other one", async () => {
  const { folder, read } = await setup();
  const before = await read("sealing_private_keys");
  await rm(join(folder, "sealing_public_key"));
  await rm(join(folder, "token_key"));
  expect((await run(folder)).error()).toMatchObject({ code: "ERR_FILE" });
  expect(await read("sealing_private_keys")).toBe(before);
  for (const name of ["sealing_public_key", "token_key"])
    await expect(read(name)).rejects.toMatchObject({ code: "ENOENT" });
});
