import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { accessibilityFaultsOf } from "../../axe.ts";
import { startBoard } from "../../board-world.ts";
import { openPage } from "../../chromium.ts";
import { plan, startWorld } from "./provider-world.ts";

const redisUrl = inject("redisUrl");

async function logInThere(page: Page, sub: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(sub);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

test("in a browser, a login leads to the provider and back to the requested page, and a logout ends both", async () => {
  const { url, issuer } = await startWorld(redisUrl);
  const { page, complaints } = await openPage();
  await page.goto(`${url}/accounts?search=nobody`);
  await page.getByRole("link", { name: `Log in with ${new URL(issuer).host}` }).click();
  expect(page.url()).toContain(issuer);
  await logInThere(page, "sub-opal");
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  expect(page.url()).toBe(`${url}/accounts?search=nobody`);
  await page.getByText("opal operator").waitFor();
  // A page that was come to from elsewhere has forms that work.
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Logged out" }).waitFor();
  expect(await accessibilityFaultsOf(page)).toEqual([]);
  await page.getByRole("link", { name: "Log out of" }).click();
  await page.getByText("Do you want to sign-out").waitFor();
  expect(complaints.filter((text) => text.includes("Content Security Policy") && text.includes(url))).toEqual(
    [],
  );
  await page.goto(url);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test("who has no role reads why, with a code, and gets back to the login page by the keyboard", async () => {
  const { url } = await startWorld(redisUrl);
  const { page } = await openPage();
  await page.goto(url);
  await page.getByRole("link", { name: "Log in with" }).press("Enter");
  await logInThere(page, "sub-nils");
  await page.getByText("ERR_OIDC_NO_ROLE").waitFor();
  expect(await accessibilityFaultsOf(page)).toEqual([]);
  await page.getByRole("link", { name: "Back to the login" }).press("Enter");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test.each(["light", "dark"] as const)(
  "in %s, axe finds nothing wrong with the login page, and it does not scroll sideways on a phone",
  async (colorScheme) => {
    const { url } = await startWorld(redisUrl);
    const { oidc } = await plan();
    const { url: lonelyUrl } = await startBoard(redisUrl, { oidc });
    const { page } = await openPage();
    await page.emulateMedia({ colorScheme });
    for (const width of [390, 1280])
      for (const address of [`${url}/login`, `${lonelyUrl}/login`, `${url}/login/oidc/logged-out`]) {
        await page.setViewportSize({ width, height: 844 });
        await page.goto(address);
        expect([address, await accessibilityFaultsOf(page)]).toEqual([address, []]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
  },
);
