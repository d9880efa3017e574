// Server-sent events to the open pages (WHATWG HTML, section 9.2), bounded in number, age and memory; a
// stream ends with its session.

import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { EndedSessions } from "../auth/ended-sessions.ts";
import { BoardError, isBoardError } from "../errors.ts";
import { belowBasePath } from "../html/base-path.ts";
import type { LiveHub, Topic } from "./live-hub.ts";

export interface LiveStreamsOptions {
  hub: LiveHub;
  endedSessions: EndedSessions;
  /** Of this process. Default 200. */
  maxStreams?: number;
  /** Of one session, or of one user without one. Default 12. */
  maxPerSession?: number;
  /** Of one user, who may log in again and again. Default 100, half of all. */
  maxPerUser?: number;
  /**
   * A stream ends after this long; the browser opens another, which is a request that keeps the session
   * alive. Default 5 min.
   */
  maxAgeMs?: number;
  /** How often a stream asks whether its session has been ended. Default 2 000. */
  checkEveryMs?: number;
  onError: (error: unknown) => void;
}

/** What a slow reader has not taken when its stream is cut. */
const maxUnsentBytes = 2 * 1024 * 1024;

/** Of a stream's route: a request for its head alone would open one without a reader. */
export const streamOptions = { exposeHeadRoute: false };

export type LiveStreams = ReturnType<typeof createLiveStreams>;

export function createLiveStreams(options: LiveStreamsOptions) {
  const { hub, endedSessions, onError } = options;
  const { maxStreams = 200, maxPerSession = 12, maxAgeMs = 5 * 60_000, checkEveryMs = 2_000 } = options;
  const { maxPerUser = maxStreams / 2 } = options;
  const open = new Map<Readable, { session: string | undefined; user: string; end: () => void }>();

  return {
    /**
     * Answers with a stream of `fragment` events, each with the id and the markup of one changed part of the
     * page.
     * @throws ERR_TOO_MANY_STREAMS
     */
    send<Facts>(request: FastifyRequest, reply: FastifyReply, topic: Topic<Facts>): FastifyReply {
      const owner = { session: request.session?.id, user: request.identity?.user ?? "" };
      const ofUser = [...open.values()].filter(({ user }) => user === owner.user);
      const ofSession = ofUser.filter(({ session }) => session === owner.session);
      if (open.size >= maxStreams || ofUser.length >= maxPerUser || ofSession.length >= maxPerSession)
        throw new BoardError("ERR_TOO_MANY_STREAMS");
      const stream = new Readable({ read: () => undefined });
      let isEnded = false;
      // The reader may be slow to read the end: until then Node.js takes any further text for an error, which
      // would cut the stream off.
      const end = () => {
        isEnded = true;
        stream.push(null);
      };
      open.set(stream, { ...owner, end });
      const write = (event: string, data: unknown) => {
        if (isEnded || stream.destroyed) return;
        if (stream.readableLength > maxUnsentBytes) stream.destroy();
        else stream.push(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      stream.push("retry: 1000\n\n");
      const stopWatching = hub.watch(topic, {
        role: request.identity?.role ?? "viewer",
        send: (changed) => {
          for (const { id, html } of changed)
            write("fragment", { id, html: belowBasePath(html, reply.server.basePath) });
        },
        fail: (error) => {
          if (isBoardError(error, "ERR_NOT_FOUND")) end();
          else {
            onError(error);
            write("trouble", "This page cannot be updated at the moment.");
          }
        },
      });
      const ending = setTimeout(end, maxAgeMs);
      const checking = setInterval(async () => {
        const { session } = request;
        if (session !== undefined && (await endedSessions.has(session))) end();
      }, checkEveryMs);
      stream.once("close", () => {
        open.delete(stream);
        clearTimeout(ending);
        clearInterval(checking);
        stopWatching();
      });
      return reply
        .type("text/event-stream")
        .headers({ "cache-control": "no-store", "x-accel-buffering": "no" })
        .send(stream);
    },

    /** How many there are now. */
    count: () => open.size,

    close(): void {
      hub.close();
      for (const { end } of open.values()) end();
    },
  };
}
