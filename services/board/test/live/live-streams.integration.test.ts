import { inBackground } from "@fleetkeeper/test-worlds";
import { expect, inject, test, vi } from "vitest";
import { type BoardWorld, basic, operator, startBoard, viewer } from "../board-world.ts";
import { idOf, seedAccounts } from "../seed-accounts.ts";
import { visit } from "../visitor.ts";

const account = `/accounts/${encodeURIComponent(idOf("one"))}`;
const quick = { liveEveryMs: 20 };

async function setup(overrides: Parameters<typeof startBoard>[1] = {}) {
  const world = await startBoard(inject("redisUrl"), { ...quick, ...overrides });
  await seedAccounts(world.mongodbUrl, ["one"]);
  return { world, viewer: await visit(world.url, viewer) };
}

/** Reads a stream until it ends; `fragments` by the id of their element, the last of each. */
function follow(response: Response) {
  const fragments = new Map<string, string>();
  const troubles: string[] = [];
  // Those that outlive their test are cut off with its board.
  const ended = inBackground(
    (async () => {
      let unread = "";
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const events = (unread + chunk).split("\n\n");
        unread = events.pop() ?? "";
        for (const event of events) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
          if (name === "fragment") {
            const { id, html } = JSON.parse(data ?? "") as { id: string; html: string };
            fragments.set(id, html);
          }
          if (name === "trouble") troubles.push(data ?? "");
        }
      }
    })(),
  );
  return { fragments, troubles, ended };
}

const streamsOf = async (world: BoardWorld, path: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, () =>
      fetch(world.url + path, { headers: { authorization: basic(viewer) } }),
    ),
  );

test("list, account and overview send what the page has, and then what changed", async () => {
  const { world, viewer } = await setup();
  const streams = await Promise.all(
    ["/accounts/events", `${account}/events`, "/events"].map(async (path) => follow(await viewer.send(path))),
  );
  const [list, page, overview] = streams;
  await vi.waitFor(() => {
    expect(list?.fragments.get("rows")).toContain("active");
    expect(page?.fragments.get("heading")).toContain("active");
    expect(overview?.fragments.get("accounts")).toContain("Active");
  }, 10_000);
  await world.store.pause(idOf("one"));
  await vi.waitFor(() => {
    expect(list?.fragments.get("rows")).toContain(">paused<");
    expect(page?.fragments.get("heading")).toContain(">paused<");
    expect(overview?.fragments.get("accounts")).toContain('<div class="wait"><dt>Paused');
  }, 10_000);
});

test("a viewer's stream has no actions in it, an operator's has", async () => {
  const { world, viewer } = await setup();
  const seen = follow(await viewer.send(`${account}/events`));
  const offered = follow(await (await visit(world.url, operator)).send(`${account}/events`));
  await vi.waitFor(() => expect(offered.fragments.get("syncs")).toContain("/do/sync-now"), 10_000);
  await vi.waitFor(() => expect(seen.fragments.get("syncs")).toBeDefined(), 10_000);
  expect([...seen.fragments.values()].join()).not.toContain("/do/");
});

test("the logout ends the streams of its session", async () => {
  const { viewer } = await setup();
  const { ended } = follow(await viewer.send("/events"));
  const page = await viewer.page("/");
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
  await viewer.send("/logout", { method: "POST", body: new URLSearchParams({ _csrf }) });
  await ended;
});

test("a user who logs in again and again leaves streams for the others", async () => {
  const { world, viewer: first } = await setup({ streams: { maxPerUser: 2 } });
  const again = await visit(world.url, viewer);
  for (const [who, status] of [
    [first, 200],
    [again, 200],
    [again, 503],
    [await visit(world.url, operator), 200],
  ] as const) {
    const response = await who.send("/events");
    expect(response.status).toBe(status);
    follow(response);
  }
});

test("no more streams are served than the bounds allow, and a closed one makes room", async () => {
  const { world } = await setup({ streams: { maxPerSession: 3 } });
  const streams = await streamsOf(world, "/events", 4);
  expect(streams.map(({ status }) => status).sort()).toEqual([200, 200, 200, 503]);
  await streams.find(({ status }) => status === 200)?.body?.cancel();
  await vi.waitFor(async () => expect((await streamsOf(world, "/events", 1))[0]?.status).toBe(200), 10_000);
});

test("a stream ends after a while, so that the browser asks again and is known again", async () => {
  const { viewer } = await setup({ streams: { maxAgeMs: 100 } });
  await follow(await viewer.send("/events")).ended;
});

test("the stream of an account that is forgotten ends, and the page then says that it is gone", async () => {
  const { world, viewer } = await setup();
  const { ended, fragments } = follow(await viewer.send(`${account}/events`));
  await vi.waitFor(() => expect(fragments.size).toBeGreaterThan(3), 10_000);
  await world.store.forget(idOf("one"), new Date(), []);
  await ended;
  expect((await viewer.send(account)).status).toBe(404);
});

test("while MongoDB is away the streams say so, and the board closes with streams open", async () => {
  const { world, viewer } = await setup();
  const { troubles, ended } = follow(await viewer.send(`${account}/events`));
  await world.store.close();
  await vi.waitFor(() => expect(troubles[0]).toContain("cannot be updated"), 20_000);
  await world.server.close();
  await ended;
});
