// A Chromium for the tests that need a browser: `CHROMIUM_PATH`, else where systems usually have one.

import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A page in a new browser that ends with the test, and every complaint that its console had. */
export async function openPage(): Promise<{ page: Page; browser: Browser; complaints: string[] }> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, browser, complaints };
}

function findChromium(): string {
  const given = process.env.CHROMIUM_PATH;
  if (given) return given;
  const found = usualPaths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(
      `There is no Chromium for the browser tests. Install one (Debian, Ubuntu: apt-get install chromium) or name one in CHROMIUM_PATH. Looked at: ${usualPaths.join(", ")}`,
    );
  return found;
}
