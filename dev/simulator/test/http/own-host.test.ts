import { request } from "node:http";
import { expect, test } from "vitest";
import { setup } from "../setup.ts";

/** What a browser would ask whose DNS name for a page points here now. */
async function statusFor(url: string, host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, origin: `http://${host}` };
    request(`${url}${path}`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

test("a page that points its own name here reads and changes nothing", async () => {
  const { simulator } = await setup();
  for (const host of [
    "evil.example",
    "evil.example:4000",
    "simulator.",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
  ])
    for (const path of ["/", "/control/accounts", "/api/marketplace/jwks"])
      expect([host, await statusFor(simulator.url, host, path)]).toEqual([host, 421]);
});

test("it accepts its address as host, and names that an attacker cannot point elsewhere", async () => {
  const { simulator } = await setup();
  for (const host of [
    "127.0.0.1:4000",
    "[::1]:4000",
    "localhost",
    "simulator:4000",
    "host.docker.internal:4000",
  ])
    expect([host, await statusFor(simulator.url, host, "/")]).toEqual([host, 200]);
});
