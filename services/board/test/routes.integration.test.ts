import { expect, inject, test } from "vitest";
import { plan } from "./auth/oidc/provider-world.ts";
import { startBoard } from "./board-world.ts";

const open = ["/livez", "/readyz", "/login", "/assets/:file"];
const openWithOidc = ["/login/oidc", "/login/oidc/callback", "/login/oidc/logged-out"];

/** Every route of the server, from Fastify's picture of them: four characters a level. */
function routesOf(picture: string): { method: string; path: string }[] {
  const folders: string[] = [];
  return picture.split("\n").flatMap((line) => {
    const [, indent = "", part = "", methods = ""] = /^([│ ]*)[├└]── (\S+)(?: \((.*)\))?/.exec(line) ?? [];
    if (part === "") return [];
    const depth = indent.length / 4;
    folders.length = depth;
    folders.push(part);
    const path = folders.join("/").replace(/\/{2,}/g, "/");
    return methods
      .split(", ")
      .filter((method) => method !== "")
      .map((method) => ({ method, path }));
  });
}

test.each([
  ["password", false, open],
  ["OpenID Connect too", true, [...open, ...openWithOidc]],
])("with %s, every route is 401 but the probes, the login and its assets", async (_what, hasOidc, open) => {
  const { oidc } = await plan();
  const { url, server } = await startBoard(inject("redisUrl"), hasOidc ? { oidc } : {});
  const routes = routesOf(server.printRoutes({ commonPrefix: false }));
  const paths = routes.map(({ path }) => path);
  for (const known of [
    "/",
    "/accounts",
    "/accounts/:installationId/do/:action",
    "/events",
    "/queues/api/queues",
  ])
    expect(paths).toContain(known);
  expect(
    [...new Set(paths.filter((path) => /^\/(livez|readyz|login|assets)/.test(path)))].toSorted(),
  ).toEqual(open.toSorted());
  for (const { method, path } of routes) {
    if (open.includes(path)) continue;
    const address = path.replace(/:\w+/g, "x").replace("*", "x");
    const { status } = await fetch(url + address, { method, redirect: "manual" });
    expect([method, path, status]).toEqual([method, path, 401]);
  }
});
