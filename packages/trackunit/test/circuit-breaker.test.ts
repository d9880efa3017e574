import { expect, test } from "vitest";
import {
  ApiCircuitOpenError,
  ApiForbiddenError,
  ApiNotJsonError,
  ApiRateLimitedError,
  ApiUnavailableError,
  type CircuitBreakerOptions,
  type CircuitState,
  createCircuitBreaker,
} from "../src/index.ts";
import { all, createWorld, reading } from "./world.ts";

const outage = new ApiUnavailableError("the API answered 503");

function setup(options: CircuitBreakerOptions = {}) {
  const clock = { ms: 0 };
  const states: CircuitState[] = [];
  const breaker = createCircuitBreaker({
    outages: 6,
    installations: 3,
    openMs: 30_000,
    maxOpenMs: 100_000,
    spreadMs: 10_000,
    now: () => new Date(clock.ms),
    random: () => 0.5,
    onChange: (state) => states.push(state),
    ...options,
  });
  /** Gives the result, or what was thrown. */
  const run = async (installationId: string, result: unknown) => {
    const call = async () => {
      if (result instanceof Error) throw result;
      return result;
    };
    return breaker.run(installationId, call).catch((error: unknown) => error);
  };
  const waitOf = async (installationId: string) => {
    const refusal = await run(installationId, "never asked");
    return refusal instanceof ApiCircuitOpenError ? refusal.retryAfterMs : undefined;
  };
  const fail = async (times: number, error: Error = outage) => {
    for (let time = 0; time < times; time++) await run(`account ${time % 3}`, error);
  };
  return { clock, states, breaker, run, waitOf, fail };
}

/** A call that ends when it is told to. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return {
    call: () => promise,
    answer: () => resolve("answer"),
    endWithoutAnswer: () => reject(new Error("stopping")),
  };
}

test("opens after the configured number of outages in a row, and asks nothing while it is open", async () => {
  const { clock, states, run, fail } = setup();
  await fail(6);
  expect(states).toEqual(["open"]);
  clock.ms = 29_999;
  const refused = await run("account 1", "never asked");
  expect(refused).toBeInstanceOf(ApiCircuitOpenError);
  expect(refused).toMatchObject({ code: "ERR_API_CIRCUIT_OPEN", remedy: "later" });
});

test("what it refuses comes back spread over time, not before it lets anybody ask", async () => {
  for (const [random, expected] of [
    [0, 30_000],
    [0.25, 32_500],
    [1, 40_000],
  ] as const) {
    const { waitOf, fail } = setup({ random: () => random });
    await fail(6);
    expect(await waitOf("account 1")).toBe(expected);
  }
});

test("the trouble of a few accounts is not the API's", async () => {
  const { states, run } = setup();
  for (let time = 0; time < 100; time++) await run(`account ${time % 2}`, outage);
  expect(states).toEqual([]);
});

test.each(["an answer", new ApiForbiddenError("403")])("%s ends the row", async (answer) => {
  const { states, run, fail } = setup();
  await fail(5);
  await run("account 9", answer);
  await fail(5);
  expect(states).toEqual([]);
});

test("a limit, or an error before anything was asked, says nothing about the API", async () => {
  const { states, run, fail } = setup();
  await fail(5);
  await run("account 9", new ApiRateLimitedError("locations", 1));
  await run("account 9", new Error("no token"));
  expect(states).toEqual([]);
  await fail(1, new ApiNotJsonError("the API answered text/html instead of JSON"));
  expect(states).toEqual(["open"]);
});

test("one probe at a time asks whether the API is back", async () => {
  const { clock, states, breaker, run, fail } = setup();
  await fail(6);
  clock.ms = 30_000;
  const probe = held();
  const probing = breaker.run("account 1", probe.call);
  expect(await run("account 2", "too early")).toBeInstanceOf(ApiCircuitOpenError);
  expect(states).toEqual(["open", "returning"]);
  probe.answer();
  expect(await probing).toBe("answer");
  expect(await run("account 2", "asked")).toBe("asked");
});

test("a probe that was ended before it was answered makes room for the next one", async () => {
  const { clock, states, run, fail } = setup();
  await fail(6);
  clock.ms = 30_000;
  await run("account 1", new Error("stopping"));
  expect(await run("account 2", "asked")).toBe("asked");
  expect(states).toEqual(["open", "returning"]);
});

test("a failed probe opens it again for twice as long, up to a bound", async () => {
  const { clock, states, run, waitOf, fail } = setup({ random: () => 0 });
  await fail(6);
  for (const openMs of [30_000, 60_000, 100_000, 100_000]) {
    expect(await waitOf("account 1")).toBe(openMs);
    clock.ms += openMs;
    await run("account 1", outage);
  }
  expect(states.filter((state) => state === "open")).toHaveLength(5);
});

test("after the probe, each answer doubles how many may ask at a time, until all may", async () => {
  const { clock, states, breaker, run, fail } = setup();
  await fail(6);
  clock.ms = 30_000;
  for (const allowed of [1, 2, 4, 8, 16, 32]) {
    const calls = Array.from({ length: allowed }, held);
    const running = calls.map(({ call }) => breaker.run("account 1", call).catch(() => undefined));
    expect(await run("account 2", "one too many")).toBeInstanceOf(ApiCircuitOpenError);
    const [first, ...others] = calls;
    first?.answer();
    await running[0];
    for (const call of others) call.endWithoutAnswer();
    await Promise.all(running);
  }
  expect(states).toEqual(["open", "returning", "closed"]);
  const calls = Array.from({ length: 100 }, held);
  const running = calls.map(({ call }) => breaker.run("account 1", call));
  for (const call of calls) call.answer();
  expect(await Promise.all(running)).toHaveLength(100);
});

test("answers to what was asked before it opened are not taken for a probe's", async () => {
  const { clock, breaker, run, fail } = setup();
  const slow = held();
  const running = breaker.run("account 7", slow.call);
  await fail(6);
  clock.ms = 30_000;
  const probe = held();
  const probing = breaker.run("account 1", probe.call);
  slow.answer();
  await running;
  expect(await run("account 2", "still too early")).toBeInstanceOf(ApiCircuitOpenError);
  probe.answer();
  await probing;
});

test("answers to what was asked before it opened do not close it", async () => {
  const { states, breaker, run, fail } = setup();
  const slow = held();
  const running = breaker.run("account 7", slow.call);
  await fail(6);
  slow.answer();
  await running;
  expect(states).toEqual(["open"]);
  expect(await run("account 1", "")).toBeInstanceOf(ApiCircuitOpenError);
});

test("an outage of the simulated API stops the requests, and its end lets them return", async () => {
  const clock = { ms: 0 };
  const breaker = createCircuitBreaker({ outages: 6, now: () => new Date(clock.ms) });
  const { simulator, clientOf } = await createWorld({ trackunit: { breaker } });
  const accounts = [simulator.addAccount(), simulator.addAccount(), simulator.addAccount()];
  const read = (index: number) =>
    all(
      clientOf(accounts[index % 3] ?? simulator.addAccount()).restPages(
        { family: "assets", path: "/api/asset/v1/assets" },
        reading(),
      ),
    ).catch((error) => error.code);
  simulator.faults.add({ kind: "status", status: 502, operation: "rest.assets" });
  const outcomes: unknown[] = [];
  for (let time = 0; time < 20; time++) outcomes.push(await read(time));
  expect(outcomes.slice(0, 6)).toEqual(Array(6).fill("ERR_API_UNAVAILABLE"));
  expect(outcomes.slice(6)).toEqual(Array(14).fill("ERR_API_CIRCUIT_OPEN"));
  expect(simulator.requests.count({ operation: "rest.assets" })).toBe(6);
  simulator.faults.clear();
  clock.ms = 30_000;
  for (let time = 0; time < 9; time++) expect(await read(time)).toHaveLength(1);
});
