import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { FastifyReply, FastifyRequest } from "fastify";
import { expect, onTestFinished, test, vi } from "vitest";
import { html } from "../../src/html/html.ts";
import { createLiveHub } from "../../src/live/live-hub.ts";
import { createLiveStreams } from "../../src/live/live-streams.ts";

test("a stream that was ended is sent nothing more, even if its reader has not read its end", async () => {
  const ended = { session: false };
  const streams = createLiveStreams({
    hub: createLiveHub({ everyMs: 1 }),
    endedSessions: { add: async () => undefined, has: async () => ended.session },
    checkEveryMs: 1,
    onError: () => undefined,
  });
  onTestFinished(() => streams.close());
  let sent: Readable | undefined;
  const reply = {
    server: { basePath: "" },
    type: () => reply,
    headers: () => reply,
    send: (stream: Readable) => {
      sent = stream;
      return reply;
    },
  };
  const request = { session: { id: "one" }, identity: { user: "olive", role: "viewer" } };
  let reads = 0;
  streams.send(request as unknown as FastifyRequest, reply as unknown as FastifyReply, {
    key: "reads",
    read: async () => ++reads,
    render: (count) => [{ id: "reads", html: html`${count}` }],
  });
  await vi.waitFor(() => expect(reads).toBeGreaterThan(1), { timeout: 20_000 });
  ended.session = true;
  const before = reads;
  await vi.waitFor(() => expect(reads).toBeGreaterThan(before + 20), { timeout: 20_000 });
  expect(await text(sent ?? expect.fail())).toMatch(/event: fragment\n.*\n\n$/);
});
