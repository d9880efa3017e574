import { redisKeys } from "@fleetkeeper/redis";
import { expect, inject, test } from "vitest";
import { accessibilityFaultsOf } from "./axe.ts";
import { operator, startBoard, viewer } from "./board-world.ts";
import { openPage } from "./chromium.ts";
import { addFailedInstall, canary, sealingKeyId } from "./failed-install.ts";

const redisUrl = inject("redisUrl");

async function setup(user: { name: string; password: string }, path = "/queues") {
  const world = await startBoard(redisUrl);
  const { page, complaints } = await openPage();
  return {
    world,
    page,
    complaints,
    logIn: async () => {
      await page.goto(world.url + path);
      await page.getByLabel("User").fill(user.name);
      await page.getByLabel("Password").fill(user.password);
      await page.getByRole("button", { name: "Log in" }).click();
    },
  };
}

test("the Bull board shows the queues after the login, without a complaint in the console", async () => {
  const { world, page, complaints, logIn } = await setup(operator);
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(world.url)) foreign.push(request.url());
  });
  await logIn();
  for (const queue of ["install", "forget", "prewarm", "dispatch", "sync", "webhook", "notify"])
    await page.getByRole("link", { name: queue }).first().waitFor();
  expect(page.url()).toBe(`${world.url}/queues`);
  expect(foreign).toEqual([]);
  // The one is the 401 that the login page came with.
  expect(complaints).toEqual([expect.stringContaining("401")]);
});

test("an operator retries a failed install by its button", async () => {
  const { world, page, complaints, logIn } = await setup(operator, "/queues/queue/install?status=failed");
  const { succeeded } = await addFailedInstall(world, redisUrl);
  await logIn();
  await page.getByText(`[sealed, key ${sealingKeyId}]`).first().waitFor();
  expect(await page.content()).not.toContain(canary);
  await page.getByRole("button", { name: "Retry all" }).click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await succeeded;
  expect(complaints).toEqual([expect.stringContaining("401")]);
});

test("what is turned off is refused in words, and a session that ends leads to the login page", async () => {
  const { world, page, logIn } = await setup(operator, "/queues/queue/install?status=failed");
  await addFailedInstall(world, redisUrl);
  await logIn();
  await page.getByRole("button", { name: "Clean all" }).click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("This is turned off here").waitFor();
  await page.context().clearCookies();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
});

test("a viewer sees the failed install and no button to change it", async () => {
  const { world, page, logIn } = await setup(viewer, "/queues/queue/install?status=failed");
  await addFailedInstall(world, redisUrl);
  await logIn();
  await page.getByText(`[sealed, key ${sealingKeyId}]`).first().waitFor();
  expect(await page.getByRole("button", { name: "Retry" }).count()).toBe(0);
});

test("the overview counts the failed install, and the logout leads to the login page", async () => {
  const { world, page, complaints, logIn } = await setup(viewer, "/");
  await addFailedInstall(world, redisUrl);
  await logIn();
  await page.getByRole("link", { name: "1 failed in install" }).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goto(world.url);
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  expect(complaints).toHaveLength(2);
});

test("the overview goes back a week, and a chart says the value of a bar to keyboard and pointer", async () => {
  const { world, page, complaints, logIn } = await setup(viewer, "/?range=7d");
  const hour = (back: number) => new Date(Date.now() - back * 3_600_000).toISOString().slice(0, 13);
  for (const [back, count] of [
    [0, 5],
    [1, 3],
    [167, 7],
  ] as const) {
    const key = redisKeys(world.namespace).timeStats("hour", `${hour(back)}:00`);
    await world.redis.hset(key, "callbacks:accepted", count);
  }
  await logIn();
  await page.getByRole("heading", { name: "The last 7 days" }).waitFor();
  const bars = page.getByRole("slider", { name: "Callbacks over time" });
  const card = page.getByRole("region", { name: "Callbacks", exact: true });
  await bars.press("ArrowLeft");
  await card.getByText(": 3 accepted, 0 refused").waitFor();
  expect(await bars.getAttribute("aria-valuetext")).toContain(
    `${hour(1).slice(5).replace("T", " ")}:00: 3 accepted`,
  );
  await bars.hover({ position: { x: 1, y: 20 } });
  await card.getByText(": 7 accepted, 0 refused").waitFor();
  await page.getByRole("link", { name: "24 h" }).click();
  await page.getByRole("heading", { name: "The last 24 hours" }).waitFor();
  expect(complaints).toEqual([expect.stringContaining("401")]);
});

test("on a phone the overview needs no sideways scrolling", async () => {
  const { page, logIn } = await setup(viewer, "/");
  await page.setViewportSize({ width: 390, height: 844 });
  await logIn();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
});

test("on a desk the navigation is one row, and the keyboard opens its menu and closes it", async () => {
  const { world, page, logIn } = await setup(viewer, "/");
  await page.setViewportSize({ width: 1280, height: 844 });
  await logIn();
  for (const path of ["/", "/accounts", "/notifications"]) {
    await page.goto(world.url + path);
    // No taller than its largest part.
    expect(await page.evaluate("document.querySelector('header.top').offsetHeight")).toBeLessThan(72);
    for (const width of [1120, 1_200, 800]) {
      await page.setViewportSize({ width, height: 844 });
      const scrolled = await page.evaluate("document.documentElement.scrollWidth");
      expect([path, scrolled]).toEqual([path, width]);
    }
    await page.setViewportSize({ width: 1280, height: 844 });
  }
  await page.getByText("More", { exact: true }).press("Enter");
  expect(await accessibilityFaultsOf(page)).toEqual([]);
  await page.getByRole("link", { name: "Notifications" }).press("Escape");
  expect(await page.getByRole("link", { name: "Notifications" }).isVisible()).toBe(false);
});
