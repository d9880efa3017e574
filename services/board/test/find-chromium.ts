// Where a Chromium is: `CHROMIUM_PATH`, else where systems usually have one. vitest's globalSetup of the
// integration tests installs one where it can.

import { existsSync } from "node:fs";
import { installPackage } from "@fleetkeeper/local-stack";

export const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export function knownChromium(): string | undefined {
  return process.env.CHROMIUM_PATH || usualPaths.find((path) => existsSync(path));
}

/**
 * Before the first test file: a machine without Chromium gets Debian's, for root on Debian or Ubuntu. The
 * browser tests say what to do elsewhere.
 */
export async function setup(): Promise<void> {
  if (knownChromium() !== undefined) return;
  const onProgress = (line: string) => process.stderr.write(`Chromium: ${line}\n`);
  const installed = await installPackage("chromium", { env: process.env, onProgress, timeoutMs: 900_000 });
  if ("reason" in installed) onProgress(installed.reason);
}
