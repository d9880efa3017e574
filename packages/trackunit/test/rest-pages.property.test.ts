import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createListServer, type ListServer } from "./list-server.ts";
import { firstOf, reading } from "./world.ts";

vi.setConfig({ testTimeout: 60_000 });

interface Item {
  id: string;
}
type World = Awaited<ReturnType<typeof createListServer<Item>>>;
type Change = (list: ListServer<Item>) => void;

const list = { family: "list", path: "/list" };
/** A place in a list of any length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (items: readonly Item[], fraction: number) => Math.floor(fraction * items.length);

const created = (() => {
  let count = 0;
  return (): Item => ({ id: `new-${count++}` });
})();
const insert = place.map<Change>((where) => ({ items }) => {
  items.splice(at(items, where), 0, created());
});
const remove = place.map<Change>((where) => ({ items }) => {
  items.splice(at(items, where), 1);
});
const toFront = place.map<Change>((where) => ({ items }) => {
  items.unshift(...items.splice(at(items, where), 1));
});
const swap = fc.tuple(place, place).map<Change>(([one, other]) => ({ items }) => {
  const [left, right] = [at(items, one), at(items, other)];
  if (items.length > 0) [items[left], items[right]] = [items[right] as Item, items[left] as Item];
});
const reverse = fc.constant<Change>(({ items }) => {
  items.reverse();
});
const smallerPages = fc.integer({ min: 1, max: 5 }).map<Change>((size) => (server) => {
  server.maxSize = size;
});
const noTotals = fc.constant<Change>((server) => {
  server.saysTotal = () => undefined;
});
const odd = (body: (server: ListServer<Item>) => { status: number; body: string }) =>
  fc.constant<Change>((server) => {
    const count = server.requests.length;
    server.instead = (now) => (now === count ? body(server) : undefined);
  });
const emptyPage = odd(({ items }) => ({
  status: 200,
  body: JSON.stringify({ totalElements: items.length, content: [] }),
}));
const emptyBody = odd(() => ({ status: 204, body: "" }));
const notFound = odd(() => ({ status: 404, body: "{}" }));

/** Reads a pass, each page in a slice of its own, with these changes before the requests they are for. */
async function readPass(
  { list: server, client, reset }: World,
  length: number,
  pageSize: number,
  script: readonly (readonly [number, Change])[],
  prepare?: Change,
) {
  reset(Array.from({ length }, (_, index) => ({ id: `item-${index}` })));
  prepare?.(server);
  server.onRequest = (count) => {
    for (const [when, change] of script) if (when === count) change(server);
  };
  const seen: string[] = [];
  let disturbed = false;
  let from: string | null = null;
  try {
    do {
      const page = await firstOf(client.restPages(list, reading({ from, pageSize })));
      seen.push(...page.items.map((item) => (item as Item).id));
      disturbed ||= page.disturbed !== undefined;
      from = page.nextCursor;
    } while (from !== null);
  } catch {
    return { outcome: "failed", seen, missed: [], requests: server.requests.length };
  }
  const live = server.items.filter(({ id }) => id.startsWith("item-"));
  const missed = live.filter(({ id }) => !seen.includes(id));
  return {
    outcome: disturbed ? "disturbed" : "undisturbed",
    seen,
    missed,
    requests: server.requests.length,
  };
}

const lengths = fc.integer({ min: 0, max: 40 });
const sizes = fc.integer({ min: 1, max: 9 });
const scriptOf = (...changes: fc.Arbitrary<Change>[]) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.oneof(...changes)), { minLength: 1, maxLength: 8 });

test("a list that does not change is undisturbed, and each item is read once", async () => {
  const world = await createListServer<Item>([]);
  await fc.assert(
    fc.asyncProperty(lengths, sizes, async (length, pageSize) => {
      const { outcome, seen, missed } = await readPass(world, length, pageSize, []);
      expect({ outcome, missed, count: seen.length }).toEqual({
        outcome: "undisturbed",
        missed: [],
        count: length,
      });
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["items come and go", scriptOf(insert, remove)],
  ["items change places", scriptOf(toFront, swap, reverse)],
  ["pages become smaller, and items come and go", scriptOf(smallerPages, insert, remove)],
  ["the list ends sooner, and items come and go", scriptOf(emptyPage, emptyBody, notFound, insert, remove)],
  ["totals vanish, and items come and go", scriptOf(noTotals, insert, remove)],
])("no live record is missing from an undisturbed pass: %s", async (_, script) => {
  const world = await createListServer<Item>([]);
  let undisturbed = 0;
  await fc.assert(
    fc.asyncProperty(lengths, sizes, script, async (length, pageSize, changes) => {
      const { outcome, missed, requests } = await readPass(world, length, pageSize, changes);
      if (outcome === "undisturbed") undisturbed++;
      if (outcome === "undisturbed") expect(missed).toEqual([]);
      expect(requests).toBeLessThan(400);
    }),
    { numRuns: 200 },
  );
  // Not because every pass was said to be disturbed.
  expect(undisturbed).toBeGreaterThan(10);
});

test.each<[string, Change, string]>([
  ["that says no totals", (server) => Object.assign(server, { saysTotal: () => undefined }), "disturbed"],
  ["whose pages are capped", (server) => Object.assign(server, { maxSize: 15 }), "undisturbed"],
  [
    "whose pages are capped without a word",
    (server) => Object.assign(server, { maxSize: 15, silentCap: true }),
    "undisturbed",
  ],
])("a list %s is read to its end", async (_, prepare, expected) => {
  const world = await createListServer<Item>([]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 41, max: 100 }), async (length) => {
      const { outcome, missed } = await readPass(world, length, 40, [], prepare);
      expect({ outcome, missed }).toEqual({ outcome: expected, missed: [] });
    }),
    { numRuns: 30 },
  );
});
