// Three ways to answer a callback, over the same key set, tokens, Redis and Fastify: ours, straight with
// jose, and Fastify alone.

import {
  createCipheriv,
  createPublicKey,
  type JsonWebKey,
  publicEncrypt,
  randomBytes,
  verify,
} from "node:crypto";
import { localKeys } from "@fleetkeeper/callbacks";
import { createQueueSet } from "@fleetkeeper/jobs";
import { connected, connectProducer, type RedisClient } from "@fleetkeeper/redis";
import {
  createJobSign,
  createSeal,
  createSign,
  generateSealingKey,
  generateSigningKey,
} from "@fleetkeeper/sealing";
import { startSimulator } from "@fleetkeeper/simulator";
import { createLog, noTraces } from "@fleetkeeper/telemetry";
import { Queue } from "bullmq";
import { type FastifyInstance, fastify } from "fastify";
import { CompactEncrypt, createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify } from "jose";
import { createAcceptCallback } from "../../../../services/ingress/src/accept-callback.ts";
import { createApp } from "../../../../services/ingress/src/app.ts";
import { createBindBody } from "../../../../services/ingress/src/bind-body.ts";
import { createIngressMetrics } from "../../../../services/ingress/src/metrics.ts";
import { createTimeSteps } from "../../../../services/ingress/src/time-steps.ts";
import { startRowRedis } from "../start-row-redis.ts";

const app = "@fleetkeeper/demo";

export interface Callback {
  token: string;
  body: string;
}

export type Sides = Awaited<ReturnType<typeof openSides>>;

export async function openSides() {
  const stack = await startRowRedis();
  // The sides share no connection.
  const redis = connectProducer(stack.url);
  const plainRedis = connectProducer(stack.url);
  await Promise.all([redis, plainRedis].map((one) => connected(one)));
  const namespace = "bench";
  const simulator = await startSimulator({ app });
  const account = simulator.addAccount();
  const keySet = (await (await fetch(simulator.jwksUrl)).json()) as JSONWebKeySet;
  const { publicKey } = await generateSealingKey();
  const signing = await generateSigningKey();
  const seal = await createSeal(publicKey);
  const queues = createQueueSet({
    redis,
    namespace,
    onError: () => undefined,
    sign: createJobSign(createSign(signing.privateKey), seal),
  });
  const metrics = createIngressMetrics();
  const ours = createApp({
    log: createLog({ service: "ingress", level: "silent" }),
    metrics,
    clients: { refusalsPerMinute: 1_000_000_000 },
    acceptCallback: createAcceptCallback({
      tokenRules: { keyFor: localKeys(keySet), issuer: undefined, audience: undefined, maxAgeMs: 3_600_000 },
      allowedApps: new Set([app]),
      bindBody: createBindBody(redis, namespace),
      seal,
      handIn: (callback, step) => step("enqueue", () => queues.addCallback(callback)),
      step: createTimeSteps(metrics, noTraces),
    }),
  });
  const queue = new Queue("straight", {
    connection: plainRedis as never,
    prefix: "{bull}",
    skipVersionCheck: true,
  });
  const straight = await straightApp(keySet, publicKey, queue);
  const byCrypto = byCryptoApp(keySet, publicKey, queue);
  const bare = bareApp(keySet, plainRedis);

  return {
    ours,
    straight,
    byCrypto,
    bare,

    /** New callbacks, each with its own token and body. */
    async callbacks(count: number): Promise<Callback[]> {
      const { accountId, clientId } = account;
      return Promise.all(
        Array.from({ length: count }, async (_, index) => ({
          token: await simulator.signCallbackToken({ jti: `${index}-${Math.random()}` }),
          body: JSON.stringify({
            type: "INSTALLED",
            irisAppId: app,
            accountId,
            clientId,
            clientSecret: `${index}-${Math.random()}`,
          }),
        })),
      );
    },

    async close(): Promise<void> {
      await Promise.all([ours, straight, byCrypto, bare].map((server) => server.close()));
      await Promise.all([queue.close(), queues.close()]);
      redis.disconnect();
      plainRedis.disconnect();
      await simulator.close();
      await stack.close();
    },
  };
}

/** What one would write with jose and BullMQ: verify, seal, add. No binding, no order, no limits. */
async function straightApp(keySet: JSONWebKeySet, publicKey: object, queue: Queue): Promise<FastifyInstance> {
  const keys = createLocalJWKSet(keySet);
  const key = await importJWK(publicKey, "RSA-OAEP-256");
  const server = fastify({ logger: false });
  server.post("/appinstall", async (request, reply) => {
    const body = request.body as { accountId: string; clientId: string; clientSecret: string };
    const verified = await jwtVerify(String(request.headers["trackunit-identity"]), keys).catch(
      () => undefined,
    );
    if (verified === undefined) return reply.code(401).send({ error: "refused" });
    const { accountId, clientId, clientSecret } = body;
    const sealed = await new CompactEncrypt(
      new TextEncoder().encode(JSON.stringify({ clientId, clientSecret })),
    )
      .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM" })
      .encrypt(key);
    await queue.add("install", { accountId, sealed });
    return reply.code(202).send({ status: "accepted" });
  });
  await server.ready();
  return server;
}

/** The same with `node:crypto`, each step synchronous: a signature checked and a text sealed, no more. */
function byCryptoApp(keySet: JSONWebKeySet, publicKey: object, queue: Queue): FastifyInstance {
  const verifying = createPublicKey({ key: keySet.keys[0] as JsonWebKey, format: "jwk" });
  const sealing = createPublicKey({ key: publicKey as JsonWebKey, format: "jwk" });
  const seal = (text: string) => {
    const [key, iv] = [randomBytes(32), randomBytes(12)];
    const cipher = createCipheriv("aes-256-gcm", key, iv);
    const parts = [cipher.update(text), cipher.final(), cipher.getAuthTag()];
    const sealedKey = publicEncrypt({ key: sealing, oaepHash: "sha256" }, key);
    return Buffer.concat([sealedKey, iv, ...parts]).toString("base64url");
  };
  const server = fastify({ logger: false });
  server.post("/appinstall", async (request, reply) => {
    const { accountId, clientId, clientSecret } = request.body as Record<string, string>;
    const token = String(request.headers["trackunit-identity"]);
    const [signed, signature] = [token.slice(0, token.lastIndexOf(".")), token.split(".")[2] ?? ""];
    if (!verify("sha256", Buffer.from(signed), verifying, Buffer.from(signature, "base64url")))
      return reply.code(401).send({ error: "refused" });
    await queue.add("install", { accountId, sealed: seal(JSON.stringify({ clientId, clientSecret })) });
    return reply.code(202).send({ status: "accepted" });
  });
  return server;
}

/**
 * Neither seals nor adds by BullMQ's rules: verifies, and pushes the body. The least that an answer can cost.
 */
function bareApp(keySet: JSONWebKeySet, redis: RedisClient): FastifyInstance {
  const keys = createLocalJWKSet(keySet);
  const server = fastify({ logger: false });
  server.post("/appinstall", async (request, reply) => {
    const verified = await jwtVerify(String(request.headers["trackunit-identity"]), keys).catch(
      () => undefined,
    );
    if (verified === undefined) return reply.code(401).send({ error: "refused" });
    await redis.lpush("bare", JSON.stringify(request.body));
    return reply.code(202).send({ status: "accepted" });
  });
  return server;
}
