import { noteCallback } from "@fleetkeeper/jobs";
import { createSign, generateSigningKey } from "@fleetkeeper/sealing";
import { expect, inject, test } from "vitest";
import { startBoard, viewer } from "./board-world.ts";
import { visit } from "./visitor.ts";

test("the inbox shows what arrived, why it was refused and what to pin, and offers nothing of a forged entry", async () => {
  const [ours, others] = await Promise.all([generateSigningKey(), generateSigningKey()]);
  const world = await startBoard(inject("redisUrl"), {
    verificationKeys: { keys: [ours.publicKey] },
    liveEveryMs: 0,
  });
  const visitor = await visit(world.url, viewer);
  expect(await visitor.page("/callbacks")).toContain("No callback has arrived yet");
  const seen = {
    at: new Date().toISOString(),
    outcome: "accepted" as const,
    status: 202,
    address: "192.0.2.1",
    bytes: { identity: 700, body: 200 },
    token: { header: { alg: "RS256" }, claims: { iss: "https://issuer.example", odd: "<script>" } },
    body: { type: "INSTALLED", irisAppId: "@a/b", accountId: "account-1", fields: ["type"] },
  };
  const { redis, namespace } = world;
  await noteCallback(redis, namespace, createSign(ours.privateKey), { ...seen, id: "1" });
  const refused = { outcome: "refused", status: 401, code: "ERR_IDENTITY_CLAIM", reason: "iat" } as const;
  await noteCallback(redis, namespace, createSign(ours.privateKey), { ...seen, ...refused, id: "2" });
  await noteCallback(redis, namespace, createSign(others.privateKey), {
    ...seen,
    id: "3",
    token: { header: {}, claims: { iss: "https://forged.example" } },
  });
  await redis.lpush(`{${namespace}-callback-inbox}:taken`, "nonsense", JSON.stringify({ id: 1 }));
  const page = await visitor.page("/callbacks?outcome=all");
  expect(page).toContain("CALLBACK_ISSUER=https://issuer.example");
  expect(page).toContain("The check <strong>claims</strong> failed");
  expect(page).toContain("not by an ingress");
  expect(page).not.toContain("CALLBACK_ISSUER=https://forged.example");
  expect(page).not.toContain("<script>");
  const onlyRefused = await visitor.page("/callbacks?outcome=refused");
  expect(onlyRefused.match(/<details id="callback-/g)).toHaveLength(1);
});
