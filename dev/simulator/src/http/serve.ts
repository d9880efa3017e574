// The way of every request through the simulated Trackunit: count, meet faults, answer, deliver.
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { withBadRecord } from "../faults/bad-record.ts";
import { withEncoding } from "../faults/encoding.ts";
import { withOddities } from "../faults/odd-answer.ts";
import { replacementFor } from "../faults/replacement.ts";
import type { World } from "../world.ts";
import { deliver } from "./deliver.ts";
import type { Route } from "./route.ts";

export function addRoute(server: FastifyInstance, world: World, route: Route): void {
  server.route({
    method: route.method,
    url: route.url,
    handler: (request, reply) => serve(world, route, request, reply),
  });
}

/** Connections that the next request finds closed. */
const closing = new WeakSet<Socket>();

async function serve(
  world: World,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (closing.has(request.raw.socket)) return deliver(reply, undefined, "cut");
  const account = route.identify(request);
  const operations = route.operations(request);
  reply.raw.once("close", world.requests.begin(account?.accountId, operations));
  const faults = world.faults.take(operations, account?.accountId, itemIdOf(request));
  if (faults.delayMs > 0) await sleep(faults.delayMs, undefined, { signal: world.closing });
  if (faults.has("idle-close")) closing.add(request.raw.socket);
  if (faults.has("cut")) return deliver(reply, undefined, "cut");
  const usual = replacementFor(faults) ?? (await route.handle({ request, account, faults }));
  const answer = withOddities(usual, faults);
  const spoiled = faults.get("bad-record");
  if (spoiled) answer.body = withBadRecord(answer.body, spoiled);
  return deliver(
    reply,
    withEncoding(answer, faults),
    faults.has("cut-body") ? "cut-body" : faults.has("hang") ? "hang" : "whole",
  );
}

function itemIdOf(request: FastifyRequest): string | undefined {
  return (request.params as { id?: string }).id;
}
