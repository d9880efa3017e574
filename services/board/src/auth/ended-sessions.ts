// Sessions that were logged out before their time: a copy of the cookie is worth nothing either.

import { type RedisClient, redisKeys } from "@fleetkeeper/redis";
import type { Session } from "./sessions.ts";

export interface EndedSessions {
  add(session: Session): Promise<void>;
  /** False also while Redis does not answer: operators need the board most when something is down. */
  has(session: Session): Promise<boolean>;
}

export function createEndedSessions(options: {
  redis: RedisClient;
  namespace: string;
  maxAgeMs: number;
  onError: (error: unknown) => void;
}): EndedSessions {
  const { redis, namespace, maxAgeMs, onError } = options;
  const keyOf = ({ id }: Session) => redisKeys(namespace).endedSession(id);
  return {
    async add(session) {
      try {
        await redis.set(keyOf(session), "1", "PX", maxAgeMs);
      } catch (error) {
        onError(error);
      }
    },
    async has(session) {
      try {
        return (await redis.exists(keyOf(session))) === 1;
      } catch (error) {
        onError(error);
        return false;
      }
    },
  };
}
