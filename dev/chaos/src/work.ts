// The work that continues while things break: installs, re-installs, changes of fleets, and what operators
// do.

import { setTimeout as sleep } from "node:timers/promises";
import type { Draw, ResourceName } from "@fleetkeeper/simulator";
import type { Entry } from "./ledger.ts";
import { forget, idOf, install } from "./wishes.ts";
import type { World } from "./world.ts";

/** Fleets of one page and of several. */
const fleets = [30, 240, 120, 60];
const resources: readonly ResourceName[] = [
  "assets",
  "assets",
  "assets",
  "sites",
  "customers",
  "alertConfigurations",
];
/** Fewer than a mass, which would wait for an operator. */
const maxDeleted = 8;

type Act = (world: World, entry: Entry, draw: Draw, isOver: () => boolean) => Promise<unknown>;

const acts: readonly [weight: number, act: Act][] = [
  [4, (world, entry, draw, isOver) => install(world, entry, { newSecret: draw.percent(50), isOver })],
  [6, async (_world, entry, draw) => change(entry, draw)],
  [1, (world, entry, _draw, isOver) => forget(world, entry, isOver)],
  [1, (world, entry) => world.operator.pause("chaos", idOf(world, entry))],
  [2, (world, entry) => world.operator.resume("chaos", idOf(world, entry))],
  [3, (world, entry) => world.operator.syncNow("chaos", idOf(world, entry))],
  [1, (world, entry) => world.operator.refreshToken("chaos", idOf(world, entry))],
  [1, (world, entry) => world.operator.pause("chaos", idOf(world, entry), "assets")],
  [2, (world, entry) => world.operator.resume("chaos", idOf(world, entry), "assets")],
];

const firstInstall: Act = (world, entry, _draw, isOver) => install(world, entry, { isOver });

/**
 * Works until `isOver`, and resolves when the last act has ended. What an operator cannot do at the moment is
 * left undone.
 */
export async function work(world: World, draw: Draw, isOver: () => boolean): Promise<void> {
  const entries = fleets.map((assets) => world.ledger.add(world.simulator.addAccount({ assets })));
  const under = new Set<Promise<unknown>>();
  const start = (entry: Entry, act: Act) => {
    if (entry.isBusy) return;
    entry.isBusy = true;
    const one = act(world, entry, draw, isOver)
      .catch(() => undefined)
      .finally(() => {
        entry.isBusy = false;
        under.delete(one);
      });
    under.add(one);
  };
  while (!isOver()) {
    const entry = draw.pick(entries);
    start(entry, entry.wish === "installed" ? pickWeighted(acts, draw) : firstInstall);
    await sleep(50 + draw.below(400));
  }
  await Promise.all(under);
}

function change({ account, deleted }: Entry, draw: Draw): void {
  const mix = {
    update: 1 + draw.below(5),
    create: draw.below(2),
    delete: deleted.size < maxDeleted ? draw.below(2) : 0,
  };
  const resource = draw.pick(resources);
  const changed = account.change(mix.update + mix.create + mix.delete, mix, resource);
  for (const id of changed.deleted) deleted.add(id);
}

function pickWeighted<T>(list: readonly (readonly [weight: number, item: T])[], draw: Draw): T {
  let left = draw.below(list.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, item] of list) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new Error("nothing to pick from");
}
