// `POST /public/api/eventlog/v3/asset-event/log`: the events of a window, filtered; oldest first, in pages.

import { type Answer, badField } from "../http/answers.ts";
import { isAnswer, pageAnswer, pageRequest } from "../http/paging.ts";
import type { ApiCall, ApiRoute } from "../http/route.ts";
import { timeWindow } from "../http/time-window.ts";
import type { World } from "../world.ts";

const dayMs = 86_400_000;

export function eventLog(world: World): ApiRoute {
  return {
    method: "POST",
    url: "/public/api/eventlog/v3/asset-event/log",
    operations: "rest.event-log",
    limit: () => ({ name: "event-log" }),
    handle: (call) => events(world, call),
  };
}

function events(world: World, { request, account, faults }: ApiCall): Answer {
  if (typeof request.body !== "object" || request.body === null)
    return badField("body", "must be a JSON object");
  const body = request.body as Record<string, unknown>;
  const page = pageRequest(request.query);
  if (isAnswer(page)) return page;
  const now = world.now();
  const window = timeWindow(body, { from: new Date(now.getTime() - dayMs), to: now });
  if (isAnswer(window)) return window;
  for (const name of ["type", "criticality", "status"]) {
    if (!isTextList(body[name] ?? [])) return badField(name, "must be a list of text");
  }
  const found = account.eventLog.select({
    fromTime: window.from,
    toTime: window.to,
    type: (body.type ?? []) as string[],
    criticality: (body.criticality ?? []) as string[],
    status: (body.status ?? []) as string[],
  });
  return pageAnswer(page, found.length, faults, (from, count) => found.slice(from, from + count));
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
