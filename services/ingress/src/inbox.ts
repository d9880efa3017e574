// What the ingress tells operators of the callbacks that it saw. Sampled: a flood must cost little, and each
// entry is signed.

import { type CallbackBody, canonicalText, tokenOf } from "@fleetkeeper/callbacks";
import { noteCallback, type SeenCallback } from "@fleetkeeper/jobs";
import { type InstallationId, installationIdOf } from "@fleetkeeper/model";
import type { RedisClient } from "@fleetkeeper/redis";
import type { Seal, Sign } from "@fleetkeeper/sealing";
import { redact } from "@fleetkeeper/telemetry";
import type { FastifyRequest } from "fastify";
import { decodeJwt, decodeProtectedHeader } from "jose";

/** In a minute: of those taken, and of those refused with one code. */
const notedPerMinute = { taken: 60, refused: 10 };
/** At a time; what Redis is too slow for is left out. */
const maxInFlight = 20;
/** Of a text in header or claims. A longer one says nothing that an operator reads. */
const maxText = 300;
const maxFields = 40;

export type Inbox = ReturnType<typeof createInbox>;
type Answer = Pick<SeenCallback, "outcome" | "status" | "code" | "reason" | "installationId" | "jobId">;

export function createInbox(options: {
  redis: RedisClient;
  namespace: string;
  sign: Sign;
  seal: Seal;
  now: () => Date;
}) {
  const { redis, namespace, sign, seal, now } = options;
  let window = { endsAtMs: 0, counts: new Map<string, number>() };
  let inFlight = 0;

  return {
    /** It is not waited for, and lost if Redis does not accept it. */
    note(request: FastifyRequest, answer: Answer): void {
      const at = now();
      if (!mayNote(answer, at.getTime())) return;
      inFlight++;
      void seenOf(request, answer, at)
        .then((seen) => noteCallback(redis, namespace, sign, seen))
        .catch(() => undefined)
        .finally(() => inFlight--);
    },
  };

  function mayNote({ outcome, code = "" }: Answer, atMs: number): boolean {
    if (inFlight >= maxInFlight) return false;
    if (atMs >= window.endsAtMs) window = { endsAtMs: atMs + 60_000, counts: new Map() };
    const kind = outcome === "refused" ? `refused ${code}` : "taken";
    const count = (window.counts.get(kind) ?? 0) + 1;
    window.counts.set(kind, count);
    return count <= notedPerMinute[outcome === "refused" ? "refused" : "taken"];
  }

  async function seenOf(request: FastifyRequest, answer: Answer, at: Date): Promise<SeenCallback> {
    const identity = [request.headers["trackunit-identity"] ?? ""].flat().join();
    const body = bodyOf(request.body);
    const installationId = body && installationIdOf(body.irisAppId, body.accountId);
    const token = tokenFacts(identity, body);
    return {
      id: request.id,
      at: at.toISOString(),
      ...(installationId === undefined ? {} : { installationId }),
      ...answer,
      address: request.ip,
      bytes: { identity: identity.length, body: lengthOf(request) },
      ...(token === undefined ? {} : { token }),
      ...(body === undefined ? {} : { body: bodyFacts(body) }),
      ...(answer.outcome === "refused" && installationId !== undefined && body !== undefined
        ? { sealed: await sealed(installationId, identity, body) }
        : {}),
    };
  }

  function sealed(installationId: InstallationId, identity: string, body: CallbackBody) {
    return seal(JSON.stringify({ identity, body: canonicalText(body) }), {
      installationId,
      purpose: "callback",
    });
  }
}

/** Undefined for what names no account: a body that was refused for its shape may be anything. */
function bodyOf(body: unknown): CallbackBody | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { type, irisAppId, accountId } = body as Record<string, unknown>;
  const areTexts = [type, irisAppId, accountId].every(
    (text) => typeof text === "string" && /^[!-~]{1,256}$/.test(text),
  );
  return areTexts ? (body as CallbackBody) : undefined;
}

function bodyFacts(body: CallbackBody): NonNullable<SeenCallback["body"]> {
  const { type, irisAppId, accountId } = body;
  const fields = Object.keys(body)
    .slice(0, maxFields)
    .map((name) => name.slice(0, 60));
  return { type: type.slice(0, 64), irisAppId, accountId, fields };
}

/** Header and claims, without what the body keeps secret, should a claim repeat it. */
function tokenFacts(identity: string, body: CallbackBody | undefined): SeenCallback["token"] {
  try {
    const token = tokenOf(identity);
    const secrets = [body?.clientSecret, body?.clientId].filter(
      (value): value is string => typeof value === "string" && value.length >= 4,
    );
    const plain = (facts: object) => short(redact(facts, 4), secrets) as Record<string, unknown>;
    return { header: plain(decodeProtectedHeader(token)), claims: plain(decodeJwt(token)) };
  } catch {
    return undefined;
  }
}

function short(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    if (secrets.some((secret) => value.includes(secret))) return "[as in the body]";
    return value.length <= maxText ? value : `${value.slice(0, maxText)}…`;
  }
  if (Array.isArray(value)) return value.slice(0, maxFields).map((item) => short(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, maxFields)
      .map(([name, item]) => [String(short(name, secrets)), short(item, secrets)]),
  );
}

function lengthOf(request: FastifyRequest): number | null {
  const length = Number(request.headers["content-length"]);
  return Number.isInteger(length) && length >= 0 ? length : null;
}
