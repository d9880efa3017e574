import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";

/** A service as a process of its own, and the lines of its log. */
function startService(level: string) {
  const script = `
    import { createLog } from "@fleetkeeper/telemetry";
    import { runService } from "./src/index.ts";
    const log = createLog({ service: "test", level: ${JSON.stringify(level)} });
    await runService({ log }, async () => void setInterval(() => log.debug("detail"), 10));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  /** The next line with this message. */
  async function next(msg: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) throw new Error(`ended without "${msg}"`);
      const line = JSON.parse(value);
      if (line.msg === msg) return line;
    }
  }
  return { child, next };
}

test("SIGUSR2 turns debug lines on and off again while the service runs", async () => {
  const { child, next } = startService("info");
  await next("service started");
  child.kill("SIGUSR2");
  expect(await next("log level changed")).toMatchObject({ level: "warn", logLevel: "debug" });
  await next("detail");
  child.kill("SIGUSR2");
  expect(await next("log level changed")).toMatchObject({ logLevel: "info" });
  child.kill("SIGTERM");
  await next("service stopped");
});
