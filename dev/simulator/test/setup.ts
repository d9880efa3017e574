// A simulator for one test, with a clock that stands still and a client that speaks plain HTTP.
import { onTestFinished } from "vitest";
import type { SimulatedAccount, Simulator, SimulatorOptions } from "../src/index.ts";
import { startSimulator } from "../src/index.ts";
import type { AnswerBody } from "./answer-body.ts";

export interface Clock {
  now: () => Date;
  forward(ms: number): void;
}

export async function setup(options: SimulatorOptions = {}): Promise<{ simulator: Simulator; clock: Clock }> {
  let nowMs = Date.parse("2026-03-04T12:00:00Z");
  const forward = (ms: number) => {
    nowMs += ms;
  };
  const clock = { now: () => new Date(nowMs), forward };
  const simulator = await startSimulator({ now: clock.now, ...options });
  onTestFinished(() => simulator.close());
  return { simulator, clock };
}

export interface JsonAnswer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

export async function requestToken(simulator: Simulator, form: Record<string, string>): Promise<JsonAnswer> {
  return answerOf(await fetch(simulator.tokenUrl, { method: "POST", body: new URLSearchParams(form) }));
}

export async function accessToken(simulator: Simulator, account: SimulatedAccount): Promise<string> {
  const { body } = await requestToken(simulator, credentialForm(account));
  return body.access_token;
}

export function credentialForm({ clientId, clientSecret }: SimulatedAccount): Record<string, string> {
  return { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
}

/** A client of one account's. */
export async function clientOf(simulator: Simulator, account: SimulatedAccount) {
  const authorization = `Bearer ${await accessToken(simulator, account)}`;
  const send = async (path: string, init: RequestInit = {}) =>
    answerOf(
      await fetch(`${simulator.apiUrl}${path}`, { ...init, headers: { authorization, ...init.headers } }),
    );
  const postJson = (path: string, body: unknown) =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return {
    authorization,
    get: (path: string, headers: Record<string, string> = {}) => send(path, { headers }),
    postJson,
    graphql: (query: string, variables: object = {}) => postJson("/api/graphql/", { query, variables }),
  };
}

/** A response read to its end, with JSON parsed. */
export async function answerOf(response: Response): Promise<JsonAnswer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
