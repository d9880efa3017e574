// The Trackunit API on behalf of one installation: every request with a fresh token, once more with a new one after 401.

import type { InstallationId } from "@fleetkeeper/model";
import type { Dispatcher } from "undici";
import type { TrackunitClient } from "./client.ts";
import { ApiUnauthorizedError } from "./errors.ts";
import { graphqlPages } from "./graphql.ts";
import { sendRequest } from "./http.ts";

export interface TrackunitOptions {
  apiUrl: string;
  dispatcher: Dispatcher;
  /** Gives another token than `refused`, when that is given. */
  getAccessToken: (installationId: InstallationId, refused?: string) => Promise<string>;
  timeoutMs?: number;
  bodyLimitBytes?: number;
}

/** Time-outs are 20 s and answers at most 16 MiB unless given. */
export function createTrackunit(
  options: TrackunitOptions,
): (installationId: InstallationId) => TrackunitClient {
  const { getAccessToken, timeoutMs = 20_000, bodyLimitBytes = 16 * 1024 * 1024 } = options;
  const http = { apiUrl: options.apiUrl, dispatcher: options.dispatcher, timeoutMs, bodyLimitBytes };
  return (installationId) => {
    const send: TrackunitClient["send"] = async (request, signal) => {
      const token = await getAccessToken(installationId);
      try {
        return await sendRequest(http, request, token, signal);
      } catch (error) {
        if (!(error instanceof ApiUnauthorizedError)) throw error;
      }
      return sendRequest(http, request, await getAccessToken(installationId, token), signal);
    };
    return { send, graphqlPages: (query, page) => graphqlPages(send, query, page) };
  };
}
