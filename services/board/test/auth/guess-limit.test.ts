import { expect, onTestFinished, test, vi } from "vitest";
import { type Client, createGuessLimit } from "../../src/auth/guess-limit.ts";

const setup = () =>
  createGuessLimit({ windowMs: 60_000, perClient: 3, perUser: 10, perClientUnderAttack: 1 });

async function guess(limit: ReturnType<typeof setup>, client: Client, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await limit.take(client, "olive");
}

test("a client that guesses too often has to wait for the next window", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const limit = setup();
  await guess(limit, { address: "a" }, 3);
  await expect(limit.take({ address: "a" }, "olive")).rejects.toMatchObject({
    code: "ERR_TOO_MANY_TRIES",
    retryAfterMs: 60_000,
  });
  await vi.advanceTimersByTimeAsync(60_001);
  await limit.take({ address: "a" }, "olive");
});

test("right guesses do not count", async () => {
  const limit = setup();
  for (let count = 0; count < 20; count += 1) {
    await limit.take({ address: "a" }, "olive");
    await limit.giveBack({ address: "a" }, "olive");
  }
});

test("a right guess at one user does not pay for wrong ones at another", async () => {
  const limit = setup();
  await guess(limit, { address: "a" }, 2);
  await limit.take({ address: "a" }, "victor");
  await limit.giveBack({ address: "a" }, "victor");
  await limit.take({ address: "a" }, "olive");
  await expect(limit.take({ address: "a" }, "olive")).rejects.toMatchObject({ code: "ERR_TOO_MANY_TRIES" });
});

test("guesses from many addresses leave each address fewer, and the true user still one", async () => {
  const limit = setup();
  for (const client of ["a", "b", "c", "d"]) await guess(limit, { address: client }, client === "d" ? 2 : 3);
  await limit.take({ address: "the user's own" }, "olive");
  await expect(limit.take({ address: "the user's own" }, "olive")).rejects.toMatchObject({
    code: "ERR_TOO_MANY_TRIES",
  });
});

test("a site of many networks has eight times the guesses of one, which a blocked network cannot use up", async () => {
  const limit = createGuessLimit({ windowMs: 60_000, perClient: 3, perUser: 1_000 });
  const client = (network: number): Client => ({ address: `network ${network}`, site: "site" });
  const isRefused = (one: Client) =>
    limit.take(one, "olive").then(
      () => false,
      () => true,
    );
  for (let count = 0; count < 50; count++) await isRefused(client(0));
  for (let network = 1; network <= 7; network++) await guess(limit, client(network), 3);
  expect(await isRefused(client(8))).toBe(true);
  expect(await isRefused({ ...client(8), browser: "own" })).toBe(false);
  expect(await isRefused({ address: "elsewhere", site: "another" })).toBe(false);
});

test("a user's own browser has its own tries, each of which also counts at its address", async () => {
  const limit = setup();
  const own: Client = { address: "a", browser: "1" };
  await guess(limit, own, 3);
  await expect(limit.take(own, "olive")).rejects.toMatchObject({ code: "ERR_TOO_MANY_TRIES" });
  await expect(limit.take({ address: "a" }, "olive")).rejects.toMatchObject({ code: "ERR_TOO_MANY_TRIES" });
  await limit.take({ address: "a" }, "victor");
  await limit.take({ address: "a", browser: "2" }, "olive");
});
