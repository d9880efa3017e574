import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function run(env: Record<string, string>): Promise<{ exitCode: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main], { env, timeout: 20_000 }, (_error, _stdout, stderr) =>
      resolve({ exitCode: child.exitCode, stderr }),
    );
  });
}

test("the board refuses to start without a password, and says so", async () => {
  const { exitCode, stderr } = await run({
    REDIS_URL: "redis://localhost",
    MONGODB_URL: "mongodb://localhost",
    BOARD_USER: "olive",
  });
  expect(exitCode).toBe(78);
  expect(stderr).toContain("BOARD_PASSWORD: is not set");
}, 30_000);
