// How many syncs the workers run at a time, as they say themselves.

import type { RedisClient, RedisKeys } from "@fleetkeeper/redis";
import { taken } from "./taken.ts";

/** The places for syncs that all workers have together. */
export interface SyncPlaces {
  /** A worker runs this many syncs at a time; it says so again within `forMs`. */
  offerPlaces(workerId: string, places: number, now: Date, forMs: number): Promise<void>;

  /** How many syncs all workers together run at a time, and how many they are, by what they said lately. */
  placesOffered(now: Date): Promise<{ workers: number; places: number }>;
}

/** One entry per worker, with the time until which it holds. */
export function createSyncPlaces(redis: RedisClient, keys: RedisKeys): SyncPlaces {
  return {
    async offerPlaces(workerId, places, now, forMs) {
      await taken(redis.zadd(keys.syncPlaces(), now.getTime() + forMs, `${workerId} ${places}`));
    },

    async placesOffered(now) {
      await taken(redis.zremrangebyscore(keys.syncPlaces(), "-inf", String(now.getTime())));
      const offers = await taken(redis.zrange(keys.syncPlaces(), "0", "-1"));
      const places = offers.reduce((sum, offer) => sum + Number(offer.split(" ")[1]), 0);
      return { workers: offers.length, places };
    },
  };
}
