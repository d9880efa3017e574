import { expect, test } from "vitest";
import { type CallbackParts, mutated, seeded } from "./mutate.ts";
import { openRaw } from "./raw-connection.ts";
import { testWorld, type World } from "./world.ts";

const seed = Number(process.env.FUZZ_SEED ?? 20_261_124);
const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000);
const inParallel = 40;

/** A request that the server takes for incomplete is given up after this. */
const patienceMs = 500;

/** Sends bytes and returns status and code of every answer. */
async function answersTo(world: World, bytes: Buffer): Promise<{ status: number; code: string }[]> {
  const { socket, received, ended } = openRaw(world.url);
  socket.write(bytes);
  const timer = setTimeout(() => socket.end(), patienceMs);
  await ended;
  clearTimeout(timer);
  return received()
    .split(/^(?=HTTP\/1\.1 \d{3} )/m)
    .filter((answer) => answer !== "")
    .map((answer) => ({
      status: Number(answer.slice(9, 12)),
      code: /"code":"(\w+)"/.exec(answer)?.[1] ?? "",
    }));
}

test(`none of ${requests} mutated requests reaches the queue, or makes a 5xx but for keys that may be new`, {
  timeout: 300_000 + requests * 20,
}, async () => {
  const world = await testWorld({ env: { INGRESS_REFUSALS_PER_MINUTE: "1000000000" } });
  const sound: CallbackParts = {
    requestLine: "POST /appinstall HTTP/1.1",
    headers: ["Host: x", "Content-Type: application/json", "Connection: close"],
    token: await world.simulator.signCallbackToken({}, { expiresInS: 86_400, issuedAt: null }),
    body: world.bodyOf(),
  };
  // From here on this token carries this body only: a mutation that is still well-formed is another body.
  expect(await world.callback(sound)).toMatchObject({ status: 202 });

  const random = seeded(seed);
  let left = requests;
  const counts: Record<number, number> = {};
  const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
  const memory = { startMb: megabytes(), maxMb: 0 };
  await Promise.all(
    Array.from({ length: inParallel }, async () => {
      while (left-- > 0) {
        // Made one by one: a million of them do not fit into memory.
        const bytes = mutated(sound, random);
        for (const { status, code } of await answersTo(world, bytes)) {
          counts[status] = (counts[status] ?? 0) + 1;
          // A token names a key that we lack: until a key set has been fetched again, "unknown" would be a
          // guess.
          if (code !== "ERR_KEY_SET_UNAVAILABLE")
            expect(status, `seed ${seed}: ${bytes.toString("latin1")}`).toBeLessThan(500);
        }
        if (left % 1_000 === 0) memory.maxMb = Math.max(memory.maxMb, megabytes());
      }
    }),
  );
  process.stdout.write(
    `fuzz: seed ${seed}, answers by status ${JSON.stringify(counts)}, memory ${JSON.stringify(memory)}\n`,
  );
  const metrics = await (await fetch(`${world.opsUrl}/metrics`)).text();
  expect(metrics).not.toMatch(/result="(ERR_INTERNAL|ERR_QUEUE_UNAVAILABLE)".* [1-9]\d*$/m);
  expect(await world.queued()).toHaveLength(1);
  for (const status of [400, 401, 404, 409, 415]) expect(counts[status]).toBeGreaterThan(0);
  expect(await world.callback({ body: world.bodyOf({ after: "the flood" }) })).toMatchObject({ status: 202 });
});
