// What an operator, or the publisher's own back end, does to receivers of events; each in the audit log
// before it is done.

import { type EventType, eventTypes, type SealedText } from "@fleetkeeper/model";
import {
  maxReceivers,
  newReceiverId,
  type ReceiverFields,
  type ReceiverRow,
  type Store,
} from "@fleetkeeper/store";
import { newSigningKey } from "@fleetkeeper/webhooks";
import { NotFoundError, WrongInputError, WrongStateError } from "./errors.ts";
import { createReceiverDeliveries } from "./receiver-deliveries.ts";

/** What operators and API keys do to receivers. */
export type ReceiverActions = ReturnType<typeof createReceiverActions>;

/** What a new receiver is asked to be. */
export interface NewReceiver {
  url: string;
  /** For people: up to 200 characters. */
  description?: string;
  /** Default: all. */
  events?: readonly EventType[];
  /** The one app whose accounts it is notified of; null or absent: of all apps. */
  irisAppId?: string | null;
}

const dayMs = 86_400_000;
/** How long the old secret signs beside a new one, unless said otherwise. */
export const oldSecretForMs = dayMs;
const maxOldSecretMs = 14 * dayMs;

/**
 * `sealSecret`: undefined where this process has no `SEALING_PUBLIC_KEY`. `checkUrl` throws where an address
 * cannot be told. `who`: the user's name, for the audit log.
 */
export function createReceiverActions(options: {
  store: Pick<Store, "events" | "audit">;
  sealSecret: ((secret: string, receiverId: string) => Promise<SealedText>) | undefined;
  checkUrl: (url: string) => unknown;
  now: () => Date;
}) {
  const { store, checkUrl, now } = options;
  const { events } = store;
  const { test, deliveries, replay, replaySince } = createReceiverDeliveries({ events, find, note, now });

  return {
    /**
     * @returns the receiver with its secret, which cannot be shown again.
     * @throws WrongStateError where the address or something else cannot be meant, or there are 50 receivers
     */
    async add(who: string, wanted: NewReceiver): Promise<{ receiver: ReceiverRow; secret: string }> {
      const { url, description = "", events: types = eventTypes, irisAppId = null } = wanted;
      const fields = checked({ url, description, events: [...types], irisAppId }, checkUrl);
      const id = newReceiverId();
      const { secret, sealed: sealedSecret } = await newSecret(id);
      await note(who, `add receiver ${id}: ${originOf(url)}, ${fields.events.join(" ")}`);
      const isAdded = await events.receivers.add({
        ...fields,
        id,
        sealedSecret,
        createdAt: now(),
        createdBy: who,
      });
      if (!isAdded)
        throw new WrongStateError(`there are already ${maxReceivers} receivers, the most allowed`);
      return { receiver: await find(id), secret };
    },

    async list(): Promise<ReceiverRow[]> {
      return events.receivers.list();
    },

    find,

    /** What is absent stays. @throws NotFoundError, WrongStateError */
    async update(who: string, id: string, wanted: Partial<NewReceiver>): Promise<ReceiverRow> {
      const { url, description, events: types, irisAppId } = wanted;
      const given = {
        ...(url !== undefined && { url }),
        ...(description !== undefined && { description }),
        ...(types !== undefined && { events: [...types] }),
        ...(irisAppId !== undefined && { irisAppId }),
      };
      const fields = checked(given, checkUrl);
      await find(id);
      await note(who, `change receiver ${id}: ${Object.keys(fields).join(", ")}`);
      if (Object.keys(fields).length > 0) await events.receivers.update(id, fields);
      return find(id);
    },

    /** Events that wait for it are deleted with it. @throws NotFoundError */
    async remove(who: string, id: string): Promise<void> {
      await find(id);
      await note(who, `remove receiver ${id}`);
      await events.remove(id);
    },

    /**
     * A new secret beside the one before, which signs for `keepOldMs` longer.
     * @throws NotFoundError, WrongStateError
     */
    async rotate(who: string, id: string, keepOldMs = oldSecretForMs): Promise<{ secret: string }> {
      if (!(keepOldMs >= 0 && keepOldMs <= maxOldSecretMs))
        throw new WrongInputError("an old secret is kept for at most 14 days");
      await find(id);
      const { secret, sealed } = await newSecret(id);
      await note(who, `new secret of receiver ${id}`);
      const at = now();
      const oldUntil = new Date(at.getTime() + keepOldMs);
      if (!(await events.receivers.rotate(id, sealed, { oldUntil, now: at })))
        throw new WrongStateError("the receiver's secrets were changed meanwhile; look at it again");
      return { secret };
    },

    /** Nothing is sent to it until `enable`; events wait for it meanwhile. @throws NotFoundError */
    async disable(who: string, id: string): Promise<ReceiverRow> {
      await find(id);
      await note(who, `disable receiver ${id}`);
      await events.receivers.disable(id, { why: "operator", code: null, at: now() });
      return find(id);
    },

    /** All waiting events are sent to it now, also those that wait after a failure. @throws NotFoundError */
    async enable(who: string, id: string): Promise<ReceiverRow> {
      await find(id);
      await note(who, `enable receiver ${id}`);
      await events.receivers.enable(id);
      await events.lanes.wakeAll(id, now());
      return find(id);
    },

    test,
    deliveries,
    replay,
    replaySince,
  };

  /** @throws NotFoundError */
  async function find(id: string): Promise<ReceiverRow> {
    const found = await events.receivers.row(id);
    if (found === null) throw new NotFoundError(`there is no receiver ${id}`);
    return found;
  }

  async function newSecret(id: string): Promise<{ secret: string; sealed: SealedText }> {
    if (options.sealSecret === undefined)
      throw new WrongStateError("SEALING_PUBLIC_KEY is not set here; see docs/notify.md");
    const secret = newSigningKey();
    return { secret, sealed: await options.sealSecret(secret, id) };
  }

  async function note(who: string, action: string): Promise<void> {
    await store.audit.add({ at: now(), who, action, topic: "receivers" });
  }
}

/** @throws WrongInputError */
function checked<Fields extends Partial<ReceiverFields>>(
  fields: Fields,
  checkUrl: (url: string) => unknown,
): Fields {
  const { url, description, events: types, irisAppId } = fields;
  if (url !== undefined) checkAddress(url, checkUrl);
  if (description !== undefined && !/^[^\p{Cc}]{0,200}$/u.test(description))
    throw new WrongInputError("a description has at most 200 characters, none of them a control character");
  if (types !== undefined && (types.length === 0 || types.some((type) => !eventTypes.includes(type))))
    throw new WrongInputError(`events are one or more of ${eventTypes.join(", ")}`);
  if (irisAppId && !/^@[^\s/@,]+\/[^\s/@,]+$/.test(irisAppId))
    throw new WrongInputError("write an app as @organization/appname");
  return fields;
}

function checkAddress(url: string, checkUrl: (url: string) => unknown): void {
  if (url.length > 2_000) throw new WrongInputError("an address has at most 2000 characters");
  try {
    checkUrl(url);
  } catch (error) {
    throw new WrongInputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** What is behind that may hold a secret. */
function originOf(url: string): string {
  return new URL(url).origin;
}
