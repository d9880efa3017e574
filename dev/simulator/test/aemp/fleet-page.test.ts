import { expect, test } from "vitest";
import { aempEquipment } from "../../src/index.ts";
import { clientOf, setup } from "../setup.ts";

const path = "/public/api/aemp/v2/15143/-3/Fleet";
const json = { accept: "application/json" };

async function setupAccount(assets: number) {
  const { simulator } = await setup();
  const account = simulator.addAccount({ assets });
  return { account, client: await clientOf(simulator, account) };
}

test("the next links lead through the whole fleet, a hundred at a time", async () => {
  const { account, client } = await setupAccount(230);
  const equipment = [];
  let next: string | undefined = `${path}/1`;
  for (let page = 0; page < 5 && next; page++) {
    const { body } = await client.get(next, json);
    equipment.push(...body.equipment);
    const href = body.links.find(({ rel }: { rel: string }) => rel === "next")?.href;
    next = href && new URL(href).pathname;
  }
  expect(equipment).toEqual(account.assets().map(aempEquipment));
});

test("without an Accept header the fleet is XML", async () => {
  const { account, client } = await setupAccount(2);
  const answer = await client.get(`${path}/1`);
  expect(answer.headers.get("content-type")).toContain("application/xml");
  const [first] = account.assets();
  expect(answer.body).toContain(`<EquipmentID>${first?.id}</EquipmentID>`);
  expect(answer.body).toContain(`<CumulativeOperatingHours datetime="${first?.lastSeen}">`);
});

test("pages start at 1 and end", async () => {
  const { client } = await setupAccount(2);
  expect((await client.get(`${path}/0`, json)).status).toBe(400);
  expect((await client.get(`${path}/2`, json)).status).toBe(404);
});

test("an empty fleet has one empty page", async () => {
  const { client } = await setupAccount(0);
  expect((await client.get(`${path}/1`, json)).body.equipment).toEqual([]);
});
