// Handler of queue `notify`: tells one receiver what waits for it of one account, in order, until that is
// told, fails, or others have their turn. What a job knows of its lane is written only while no later one has
// it.

import type { Task } from "@fleetkeeper/jobs";
import { irisAppIdOf } from "@fleetkeeper/model";
import {
  type EventDocument,
  type LaneDocument,
  positionOf,
  type ReceiverDocument,
  type Store,
} from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import type { WorkerMetrics } from "../metrics.ts";
import { decideDelivery } from "../retry.ts";
import type { createDeliver, Delivered } from "./deliver.ts";

export interface TellOptions {
  store: Pick<Store, "events" | "audit">;
  deliver: ReturnType<typeof createDeliver>;
  bodyOf: (event: EventDocument) => Promise<string>;
  log: Log;
  metrics: Pick<WorkerMetrics, "eventDeliveries" | "eventSeconds">;
  now: () => Date;
}

/** A job ends after this number of events, or this time: another account's may wait. */
const eventsOfJob = 100;
const jobMs = 10_000;
/** Longer than an attempt may take. */
const leaseMs = 60_000;

type Outcome = "nothing" | "told" | "failed" | "disabled" | "removed" | "superseded" | "more";

export function createTell(options: TellOptions) {
  const { store, deliver, bodyOf, log, metrics, now } = options;
  const { lanes, receivers, attempts } = store.events;
  const leaseUntil = () => new Date(now().getTime() + leaseMs);

  return async ({ payload, signal }: Pick<Task<"notify">, "payload" | "signal">) => {
    const { installationId, receiverId } = payload;
    const endsAtMs = performance.now() + jobMs;
    let told = 0;
    for (let step = 0; step < eventsOfJob; step++) {
      const lane = await lanes.begin(installationId, receiverId, leaseUntil());
      if (lane === null) return ended("nothing");
      if (signal.aborted || performance.now() > endsAtMs) return later(lane);
      const receiver = await receivers.find(receiverId);
      if (receiver === null) return ended(await drop(lane));
      if (receiver.disabled !== null) return ended(await rest(lane, "disabled"));
      if (lane.retryAt !== null && lane.retryAt > now()) {
        await lanes.putOff(lane, lane.retryAt);
        return ended("failed");
      }
      const event = await lanes.next(lane);
      // Where something arrived meanwhile, the next look finds it.
      if (event === null && (await lanes.rest(lane))) return ended(told > 0 ? "told" : "nothing");
      if (event === null) continue;
      if (isOfAnotherApp(receiver, event)) {
        if ((await lanes.advance(lane, event, leaseUntil())) === null) return ended("superseded");
        continue;
      }
      if (!(await attempt(receiver, lane, event, signal))) return ended("failed");
      told += 1;
    }
    const lane = await lanes.begin(installationId, receiverId, leaseUntil());
    return lane === null ? ended("nothing") : later(lane);

    function ended(outcome: Outcome) {
      return { outcome, told };
    }

    async function later(lane: LaneDocument) {
      await lanes.putOff(lane, now());
      return ended("more");
    }
  };

  /** @returns whether the lane continues with the event behind it. */
  async function attempt(
    receiver: ReceiverDocument,
    lane: LaneDocument,
    event: EventDocument,
    signal: AbortSignal,
  ): Promise<boolean> {
    const result = await deliver(receiver, event, await bodyOf(event), signal);
    metrics.eventSeconds.observe(result.durationMs / 1_000);
    const at = now();
    if (result.isDone) {
      await receivers.noteSuccess(receiver, at);
      await keep(lane, event, result, { at, outcome: "delivered", nextAt: null });
      return (await lanes.advance(lane, event, leaseUntil())) !== null;
    }
    const failingSince = triedSince(lane, at);
    const retryAt = decideDelivery({ attempts: lane.attempts + 1, failingSince }, at, result.askedMs);
    const lastSuccessAt = await receivers.noteFailure(receiver, at);
    const tookOthers = lastSuccessAt !== null && lastSuccessAt > failingSince;
    if (result.isGone || (retryAt === undefined && !tookOthers)) {
      await keep(lane, event, result, { at, outcome: "failed", nextAt: null });
      await disable(receiver, result, at);
      await lanes.putOff(lane, null);
      return false;
    }
    const outcome = retryAt === undefined ? "given-up" : "failed";
    await keep(lane, event, result, { at, outcome, nextAt: retryAt ?? null });
    log.warn(
      {
        receiver: receiver._id,
        event: event.id,
        type: event.type,
        code: result.code,
        status: result.status,
        outcome,
      },
      "event not delivered",
    );
    if (retryAt !== undefined) {
      await lanes.failed(lane, { failingSince, retryAt });
      return false;
    }
    return (await lanes.advance(lane, event, leaseUntil())) !== null;
  }

  async function keep(
    { firstToken, attempts: before, receiverId }: LaneDocument,
    { installationId, id: eventId, type, _id }: EventDocument,
    { durationMs, status, code, answer }: Delivered,
    how: { at: Date; outcome: "delivered" | "failed" | "given-up"; nextAt: Date | null },
  ): Promise<void> {
    metrics.eventDeliveries.inc({ outcome: how.outcome });
    const of = { installationId, firstToken, receiverId, eventId, type, position: positionOf(_id) };
    await attempts.add({ ...of, attempt: before + 1, durationMs, status, code, answer, ...how });
  }

  /**
   * What waits for it stays, and is told when it is enabled again. In the audit log, where an operator would
   * be.
   */
  async function disable(
    { _id, url }: ReceiverDocument,
    { isGone, code }: Delivered,
    at: Date,
  ): Promise<void> {
    const why = isGone ? "gone" : "failing";
    if (!(await receivers.disable(_id, { why, code, at }))) return;
    const action = `disable receiver ${_id}: ${isGone ? "its address answered 410 Gone" : "it failed for three days"}`;
    await store.audit.add({ at, who: "worker", action, topic: "receivers" });
    log.error({ receiver: _id, host: new URL(url).host, why, code }, "receiver disabled");
  }

  async function rest(lane: LaneDocument, outcome: Outcome): Promise<Outcome> {
    await lanes.putOff(lane, null);
    return outcome;
  }

  async function drop(lane: LaneDocument): Promise<Outcome> {
    await lanes.remove(lane);
    return "removed";
  }
}

/** It was bound to one app after this was written for it. */
function isOfAnotherApp({ irisAppId }: ReceiverDocument, { type, installationId }: EventDocument): boolean {
  return type !== "test" && irisAppId !== null && irisAppIdOf(installationId) !== irisAppId;
}

/** When the first failure was: later by the time in which no worker tried it again, as while none ran. */
function triedSince({ failingSince, retryAt }: LaneDocument, at: Date): Date {
  if (failingSince === null) return at;
  const lateMs = retryAt === null ? 0 : Math.max(0, at.getTime() - retryAt.getTime());
  return new Date(failingSince.getTime() + lateMs);
}
