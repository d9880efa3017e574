// The services as processes, watched over as an orchestrator does: what ends is started again.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ServiceEnvironment, spawnService } from "@fleetkeeper/demo";

const clock = fileURLToPath(new URL("./movable-clock.ts", import.meta.url));
const againAfterMs = 300;
const closeTimeoutMs = 30_000;

export interface Process {
  /** For instance `worker-2`. */
  name: string;
  readyUrl: string;
  /** Ends it, and keeps it ended for so long. SIGTERM waits until it has ended. */
  end(signal: "SIGTERM" | "SIGKILL", downMs: number): Promise<void>;
  /** SIGSTOP or SIGCONT. */
  freeze(isOn: boolean): void;
  moveClock(offsetMs: number): void;
  isReady(): Promise<boolean>;
  /** How it ended without being asked to, by exit code or signal. */
  unasked: string[];
  close(): Promise<void>;
}

export function startProcess(name: string, service: ServiceEnvironment, logDir: string): Process {
  let child: ChildProcess;
  let isWanted = true;
  let startNotBeforeMs = 0;
  let isAsked = false;
  const unasked: string[] = [];

  function start(): void {
    isAsked = false;
    child = spawnService({ ...service, logPath: join(logDir, `${name}.log`), imports: [clock] });
    child.on("error", () => undefined);
    child.once("exit", (code, signal) => {
      if (!isAsked) unasked.push(String(code ?? signal));
      void startAgain();
    });
  }

  async function startAgain(): Promise<void> {
    await sleep(againAfterMs);
    while (isWanted && performance.now() < startNotBeforeMs) await sleep(20);
    if (isWanted) start();
  }

  async function ended(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    isAsked = true;
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), closeTimeoutMs);
    await exit;
    clearTimeout(timer);
  }

  start();
  return {
    name,
    readyUrl: service.readyUrl,
    unasked,
    async end(signal, downMs) {
      startNotBeforeMs = performance.now() + downMs;
      await ended(signal);
    },
    freeze: (isOn) => void child.kill(isOn ? "SIGSTOP" : "SIGCONT"),
    moveClock: (clockOffsetMs) => {
      if (child.connected) child.send({ clockOffsetMs }, () => undefined);
    },
    async isReady() {
      return fetch(service.readyUrl, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    async close() {
      isWanted = false;
      child.kill("SIGCONT");
      await ended("SIGTERM");
    },
  };
}
