import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("the process says where it listens, serves its accounts, and ends at SIGTERM", async () => {
  const child = start({ SIMULATOR_PORT: "0", SIMULATOR_ACCOUNTS: "2" });
  const [line] = await once(createInterface(child.stdout), "line");
  const [url] = /http:\S+/.exec(String(line)) ?? [];
  const { accounts } = (await (await fetch(`${url}/_control/accounts`)).json()) as { accounts: unknown[] };
  expect(accounts).toHaveLength(2);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("a bad environment is reported and ends with a failure", async () => {
  const child = start({ SIMULATOR_PORT: "http" });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(errors).toContain("SIMULATOR_PORT must be a whole number");
});
