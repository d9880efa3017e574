// An account's asset events: a given number spread over the thirty days before it was added, and one more for
// each later change.
import { Draw, type Seed } from "../random.ts";
import { alertTypes } from "./alert-configuration.ts";

export interface AssetEvent {
  id: string;
  assetId: string;
  type: "ALERT" | "FAULT" | "DAMAGE_REPORT";
  status: "OPEN" | "CLOSED";
  eventTime: string;
  timeOn: string;
  timeOff: string | null;
  criticality: "NONE" | "LOW" | "CRITICAL";
  assetEventDomainDetails: { name: string };
}

export interface EventFilter {
  fromTime: Date;
  toTime: Date;
  type: readonly string[];
  criticality: readonly string[];
  status: readonly string[];
}

const spanMs = 30 * 86_400_000;
const maxAdded = 10_000;

export class EventLog {
  readonly #seed: Seed;
  readonly #first: number;
  readonly #startMs: number;
  readonly #assetIdOf: (fraction: number) => string | undefined;
  readonly #added: AssetEvent[] = [];
  #addedCount = 0;

  constructor(seed: Seed, count: number, addedAt: Date, assetIdOf: (fraction: number) => string | undefined) {
    this.#seed = seed;
    this.#first = count;
    this.#startMs = addedAt.getTime() - spanMs;
    this.#assetIdOf = assetIdOf;
  }

  /** Notes an event on an asset that just changed. At most 10 000 are kept, the newest. */
  add(assetId: string, at: Date): void {
    this.#added.push(this.#event(this.#first + this.#addedCount++, assetId, at));
    if (this.#added.length > maxAdded) this.#added.shift();
  }

  /** The newest of those that `add` noted about an asset. */
  lastOf(assetId: string): AssetEvent | undefined {
    return this.#added.findLast((event) => event.assetId === assetId);
  }

  /** The events that match, oldest first; an empty filter list lets all through. */
  select(filter: EventFilter): AssetEvent[] {
    const matches = (event: AssetEvent): boolean =>
      Date.parse(event.eventTime) >= filter.fromTime.getTime() &&
      Date.parse(event.eventTime) < filter.toTime.getTime() &&
      allows(filter.type, event.type) &&
      allows(filter.criticality, event.criticality) &&
      allows(filter.status, event.status);
    return [...this.#firstEvents(filter), ...this.#added].filter(matches);
  }

  #firstEvents(filter: EventFilter): AssetEvent[] {
    const stepMs = spanMs / Math.max(1, this.#first);
    const from = Math.max(0, Math.floor((filter.fromTime.getTime() - this.#startMs) / stepMs) - 1);
    const to = Math.min(this.#first, Math.ceil((filter.toTime.getTime() - this.#startMs) / stepMs) + 1);
    const events: AssetEvent[] = [];
    for (let index = from; index < to; index++) {
      const assetId = this.#assetIdOf(new Draw(this.#seed, index, -1).fraction());
      if (assetId)
        events.push(this.#event(index, assetId, new Date(Math.floor(this.#startMs + index * stepMs))));
    }
    return events;
  }

  #event(index: number, assetId: string, at: Date): AssetEvent {
    const draw = new Draw(this.#seed, index);
    const closed = draw.percent(60);
    const timeOn = at.toISOString();
    return {
      id: draw.uuid(),
      assetId,
      type: draw.pick(["ALERT", "ALERT", "FAULT", "DAMAGE_REPORT"] as const),
      status: closed ? "CLOSED" : "OPEN",
      eventTime: timeOn,
      timeOn,
      timeOff: closed ? new Date(at.getTime() + draw.between(1, 600) * 60_000).toISOString() : null,
      criticality: draw.pick(["NONE", "LOW", "CRITICAL"] as const),
      assetEventDomainDetails: { name: draw.pick(alertTypes) },
    };
  }
}

function allows(wanted: readonly string[], value: string): boolean {
  return wanted.length === 0 || wanted.includes(value);
}
