// A page of a Chromium for the tests that need a browser.

import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { knownChromium, usualPaths } from "./find-chromium.ts";

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
  const found = knownChromium();
  if (found === undefined)
    throw new Error(
      `There is no Chromium for the browser tests. Install one (Debian, Ubuntu: apt-get install chromium) or name one in CHROMIUM_PATH. Looked at: ${usualPaths.join(", ")}`,
    );
  return found;
}
