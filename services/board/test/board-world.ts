// A board on a real Redis and MongoDB with a namespace of its own, and a client that logs in.

import { createMetrics } from "@fleetkeeper/telemetry";
import { capturedLog, testRedis, testStore } from "@fleetkeeper/test-worlds";
import { onTestFinished } from "vitest";
import { type BoardOptions, createBoard } from "../src/board.ts";

export const operator = { name: "olive", password: "olives-long-password", role: "operator" } as const;
export const viewer = { name: "victor", password: "victors-long-password", role: "viewer" } as const;

export type BoardWorld = Awaited<ReturnType<typeof startBoard>>;

/** Of a board on this machine. */
export const plainOptions = () => ({
  secureCookies: false,
  trustedProxies: [],
  metrics: createMetrics("board"),
});

/** Starts a board that ends with the test. */
export async function startBoard(
  redisUrl: string,
  overrides: Partial<BoardOptions> & { port?: number } = {},
) {
  const { namespace, mongodbUrl, store } = await testStore();
  const { redis, queues: queueSet } = await testRedis(namespace, redisUrl);
  const { log, text: logText } = capturedLog("info", "board");
  const server = await createBoard({
    ...plainOptions(),
    users: [operator, viewer],
    namespace,
    redis,
    queueSet,
    store,
    checks: { redis: () => redis.ping() },
    log,
    ...overrides,
  });
  const url = await server.listen({ host: "127.0.0.1", port: overrides.port ?? 0 });
  onTestFinished(() => server.close());
  return { url, server, namespace, mongodbUrl, redis, queueSet, store, logText };
}

/** Logs in by the form, as a browser does, and returns the `Cookie` header of the session. */
export async function logIn(url: string, user: { name: string; password: string }): Promise<string> {
  const response = await postLogin(url, user);
  if (response.status !== 303) throw new Error(`the login was answered with ${response.status}`);
  return cookiesOf(response);
}

export async function postLogin(
  url: string,
  user: { name: string; password: string },
  options: { cookie?: string; next?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const page = await fetch(`${url}/login`, {
    headers: { accept: "text/html", cookie: options.cookie ?? "" },
  });
  const cookie = [options.cookie, cookiesOf(page)].filter((text) => text).join("; ");
  return fetch(`${url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url, cookie, accept: "text/html", ...options.headers },
    body: new URLSearchParams({
      _csrf: csrfTokenOf(await page.text()),
      user: user.name,
      password: user.password,
      next: options.next ?? "/",
    }),
  });
}

export function csrfTokenOf(page: string): string {
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? "";
}

/** The cookies that a response sets, as a `Cookie` header. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

export function basic(user: { name: string; password: string }): string {
  return `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
}
