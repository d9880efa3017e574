// Tells operators who are not looking: one board at a time compares the problems with those already reported,
// keeps what is to be told in MongoDB, and sends it. A crash repeats a message at most, under the same id.

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { NotificationChannel, NotificationMessage, NotificationState, Told } from "@fleetkeeper/model";
import {
  type Channels,
  isQuiet,
  type Line,
  type QuietHours,
  reasonOf,
  type Send,
  whatToTell,
} from "@fleetkeeper/notifications";
import type { Store } from "@fleetkeeper/store";
import type { Log } from "@fleetkeeper/telemetry";
import { type Concern, concernsOf } from "../overview/concerns.ts";
import type { OverviewFacts } from "../overview/read.ts";

/** When and how operators are told. */
export interface NotifierOptions {
  store: Pick<Store, "notifications">;
  /** With the accounts that each concern is about. */
  readFacts: () => Promise<OverviewFacts>;
  channels: Pick<Channels, "send">;
  /** What comes within this is one message. */
  windowMs: number;
  quietHours?: QuietHours | undefined;
  /** Of the board in a browser; without it messages have no links. */
  publicUrl?: URL | undefined;
  log: Log;
  now: () => Date;
}

export type Notifier = ReturnType<typeof createNotifier>;

const everyMs = 15_000;
/** Longer than a look and one message by each channel may take. */
const holdMs = 150_000;
/** After the first failure; each further wait is twice as long, up to an hour. */
const firstRetryMs = 30_000;
const longestRetryMs = 3_600_000;
/** A message that could not be sent for a day is given up: by then operators look at the board anyway. */
const givenUpAfterMs = 24 * 3_600_000;
/** Accounts that a message names. */
const named = 5;

export function createNotifier(options: NotifierOptions) {
  const { store, readFacts, channels, windowMs, quietHours, publicUrl, log, now } = options;
  const { notifications } = store;
  const holder = randomUUID();
  const names = [...channels.send.keys()];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> | undefined;
  let isClosing = false;

  /** One look. @returns whether this board is the one that tells. */
  async function look(): Promise<boolean> {
    const at = now();
    const before = await notifications.hold(holder, at, new Date(at.getTime() + holdMs));
    if (before === null) return false;
    const facts = await readFacts();
    const concerns = concernsOf(facts).filter(({ isTold }) => isTold);
    const unread = [facts.redis ?? "redis/", facts.mongodb ?? "mongodb/"].filter(
      (one) => typeof one === "string",
    );
    let state = whatToTell(before, concerns, {
      now: at,
      windowMs,
      isQuiet: isQuiet(quietHours, at),
      channels: names,
      isUnknown: (key) => unread.some((prefix) => key.startsWith(prefix)),
      newId: () => `ntf_${randomUUID()}`,
    });
    if (!isDeepStrictEqual(state, before) && !(await notifications.write(holder, state))) return false;
    for (const { id } of state.outbox) {
      const message = state.outbox.find((one) => one.id === id);
      if (message === undefined || message.nextAt > at) continue;
      for (const channel of message.left) {
        if (isClosing) return true;
        state = await sendBy(channel, message, state, concerns);
        if (!(await notifications.write(holder, state))) return false;
      }
      state = settled(state, id, now());
      if (!(await notifications.write(holder, state))) return false;
    }
    return true;
  }

  /** What came of one message by one channel, noted. */
  async function sendBy(
    channel: NotificationChannel,
    message: NotificationMessage,
    state: NotificationState,
    concerns: readonly Concern[],
  ): Promise<NotificationState> {
    const at = now();
    // A channel that is not configured any more wants nothing.
    const send: Send = channels.send.get(channel) ?? (async () => undefined);
    try {
      await send({ ...inWords(message, concerns), isTest: false });
    } catch (error) {
      const { code } = reasonOf(error);
      log.warn({ error, channel, notification: message.id }, "notification not sent");
      await note(channel, at, code);
      return state;
    }
    await note(channel, at, null);
    return without(state, message.id, channel);
  }

  /** Only to be shown: that it cannot be written keeps no message from being sent. */
  async function note(...tried: Parameters<typeof notifications.noteTry>): Promise<void> {
    await notifications
      .noteTry(...tried)
      .catch((error) => log.warn({ error }, "outcome of a notification not stored"));
  }

  function inWords({ id, createdAt: at, opened, over }: NotificationMessage, concerns: readonly Concern[]) {
    const accountsOf = (key: string) => concerns.find((concern) => concern.key === key)?.accounts ?? [];
    const line = ({ key, text, link }: Told, isOver: boolean): Line => ({
      text,
      ...(link === undefined || publicUrl === undefined
        ? {}
        : { url: new URL(`${publicUrl.pathname.replace(/\/$/, "")}${link}`, publicUrl).href }),
      ...(isOver ? {} : { accounts: accountsOf(key).slice(0, named) }),
    });
    return {
      id,
      at,
      opened: opened.map((one) => line(one, false)),
      over: over.map((one) => line(one, true)),
    };
  }

  /** Done, given up, or to be tried again later. */
  function settled(state: NotificationState, id: string, at: Date): NotificationState {
    const outbox = state.outbox.flatMap((message) => {
      if (message.id !== id) return [message];
      if (message.left.length === 0) return [];
      if (at.getTime() - message.createdAt.getTime() > givenUpAfterMs) {
        log.error({ notification: id, channels: message.left }, "notification not sent for a day: given up");
        return [];
      }
      const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(message.attempts, 10));
      return [{ ...message, attempts: message.attempts + 1, nextAt: new Date(at.getTime() + waitMs) }];
    });
    return { ...state, outbox };
  }

  return {
    look,

    /** Looks every 15 s until it is closed. */
    start(): void {
      timer = setInterval(() => {
        running ??= look()
          .catch((error) => log.warn({ error }, "notifications could not be checked"))
          .finally(() => {
            running = undefined;
          });
      }, everyMs);
      timer.unref();
    },

    /** Waits for the message that is on its way; another board may take over at once. */
    async close(): Promise<void> {
      clearInterval(timer);
      isClosing = true;
      await running;
      await notifications.letGo(holder).catch(() => undefined);
    },
  };
}

function without(state: NotificationState, id: string, channel: NotificationChannel): NotificationState {
  const outbox = state.outbox.map((message) =>
    message.id === id ? { ...message, left: message.left.filter((one) => one !== channel) } : message,
  );
  return { ...state, outbox };
}
