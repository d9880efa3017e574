// Where callbacks are taken, over real HTTP: as an operator expects who wrote the URL into the manifest.

import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  // With the callback's own path and a slash at its end, as it is copied from the manifest.
  world = await createWorld({ env: { INGRESS_PATH: "/apps/fleetkeeper/appinstall/" } });
});
afterAll(() => world.close());

const install = (path: string) =>
  world.simulator.install(world.account.accountId, { callbackUrl: `${world.url}${path}` });

test.each([
  "/apps/fleetkeeper/appinstall",
  "/apps/fleetkeeper/appinstall/",
  "/apps/fleetkeeper/appinstall?tenant=7",
  "/apps/fleetkeeper/appinstall/?tenant=7",
  // A proxy took the path off.
  "/appinstall",
  "/appinstall/",
])("with INGRESS_PATH, an install that is sent to %s is accepted", async (path) => {
  expect(await install(path)).toMatchObject({ status: 202 });
});

test.each(["/apps/fleetkeeper", "/apps/appinstall", "/apps/fleetkeepers/appinstall"])(
  "an install that is sent to %s is not found, and the answer says where to",
  async (path) => {
    const answer = await install(path);
    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body)).toContain(
      "the URL of the app's manifest, which ends with /appinstall",
    );
  },
);

test("the log says where callbacks are taken, and names INGRESS_PATH to who has forgotten it", async () => {
  await install("/other/appinstall");
  expect(world.logged()).toContain(`"url":"${world.url}/apps/fleetkeeper/appinstall"`);
  expect(world.logged()).toContain("a path before /appinstall that is not INGRESS_PATH");
});
