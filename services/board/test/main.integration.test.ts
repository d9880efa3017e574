import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { testNamespace } from "@fleetkeeper/local-stack";
import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, inject, onTestFinished, test, vi } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const withoutOidc = {};
/** No server listens on the discard port. */
const oidcProviderAway = {
  BOARD_PUBLIC_URL: "http://127.0.0.1:3001",
  BOARD_OIDC_ISSUER: "http://127.0.0.1:9",
  BOARD_OIDC_CLIENT_ID: "fleetkeeper",
  BOARD_OIDC_CLIENT_SECRET_FILE: fileURLToPath(new URL("../../../.node-version", import.meta.url)),
};

test.each([
  ["with passwords alone", withoutOidc],
  ["while the OpenID provider is away", oidcProviderAway],
])("%s the board starts, answers and stops on request", async (_when, env) => {
  const board = spawn(process.execPath, [main], {
    env: {
      REDIS_URL: inject("redisUrl"),
      REDIS_NAMESPACE: testNamespace(),
      MONGODB_URL: inject("mongodbUrl"),
      BOARD_PORT: "0",
      BOARD_USER: "olive",
      BOARD_PASSWORD: "olives-long-password",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    board.kill("SIGKILL");
  });
  const exit = inBackground(once(board, "exit"));
  const lines: { msg: string; url?: string }[] = [];
  for await (const line of createInterface(board.stdout)) {
    const event = JSON.parse(line) as { msg: string; url?: string };
    lines.push(event);
    if (event.msg !== "service started") continue;
    const url = lines.find(({ msg }) => msg === "listening")?.url ?? "";
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
      timeout: 30_000,
      interval: 100,
    });
    expect((await fetch(`${url}/queues`)).status).toBe(401);
    board.kill("SIGTERM");
  }
  expect(await exit).toEqual([0, null]);
  expect(lines.at(-1)?.msg).toBe("service stopped");
});
