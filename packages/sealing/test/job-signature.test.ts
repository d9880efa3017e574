import { expect, test, vi } from "vitest";
import {
  createJobSign,
  createJobVerify,
  createOpen,
  createSeal,
  createSign,
  createVerify,
  generateSealingKey,
  generateSigningKey,
  type JobSignature,
} from "../src/index.ts";

const content = { kind: "install", nested: { b: 1, a: [1, 2] } };
const foreign = { code: "ERR_NOT_SIGNED_BY_INGRESS", remedy: "never" };

const [signing, sealing] = [await generateSigningKey(), await generateSealingKey()];

/** An ingress, and a worker that knows its keys. */
async function setup() {
  const [seal, sign] = [await createSeal(sealing.publicKey), createSign(signing.privateKey)];
  const open = vi.fn(await createOpen({ keys: [sealing.privateKey] }));
  const verify = createJobVerify(createVerify({ keys: [signing.publicKey] }), open);
  return { seal, sign, open, verify, signJob: createJobSign(sign, seal) };
}

test("a signature holds for the same content, in any order of its fields, and for no other", async () => {
  const { verify, signJob } = await setup();
  const signature = await signJob(content);
  await verify({ nested: { a: [1, 2], b: 1 }, kind: "install" }, signature);
  // As a job brings it.
  await verify(content, JSON.parse(JSON.stringify(signature)));
  for (const other of [{ ...content, kind: "forget" }, { ...content, more: 1 }, {}])
    await expect(verify(other, signature)).rejects.toMatchObject(foreign);
});

test("jobs share a key for ten minutes, which is signed, sealed and opened once", async () => {
  const { verify, signJob, open } = await setup();
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const first = await Promise.all([signJob(content), signJob({ other: true })]);
    vi.advanceTimersByTime(599_000);
    const [last] = [await signJob(content)];
    vi.advanceTimersByTime(1_000);
    const next = await signJob(content);
    for (const signature of [first[0], last, next]) await verify(content, signature);
    await verify({ other: true }, first[1]);
    expect(new Set([...first, last].map(({ jobKey }) => jobKey)).size).toBe(1);
    expect(next.jobKey).not.toBe(last.jobKey);
    expect(open).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test("a key that the ingress did not sign is refused unopened, and so are parts of different signatures", async () => {
  const { verify, signJob, seal, open } = await setup();
  const theirs = await createJobSign(createSign((await generateSigningKey()).privateKey), seal)(content);
  const ours = await signJob(content);
  const mac = (text: string) => ({ ...ours, mac: text });
  const forged: unknown[] = [
    theirs,
    { ...theirs, signature: ours.signature },
    { ...ours, signature: theirs.signature },
    { ...ours, jobKey: theirs.jobKey },
    mac(theirs.mac),
    mac(""),
    mac(ours.mac.slice(0, -2)),
    mac(`${ours.mac}AA`),
    { ...ours, mac: { length: 32 } },
    { jobKey: ours.jobKey, mac: ours.mac },
    [ours],
    null,
  ];
  for (const one of forged.slice(0, 4)) await expect(verify(content, one)).rejects.toMatchObject(foreign);
  expect(open).not.toHaveBeenCalled();
  for (const one of forged) await expect(verify(content, one)).rejects.toMatchObject(foreign);
});

test("what the ingress sealed or signed for something else is no key", async () => {
  const { verify, signJob, seal, sign } = await setup();
  const { mac } = await signJob(content);
  const sealedElsewhere = await seal("A".repeat(43), {
    installationId: "ingress" as never,
    purpose: "callback",
  });
  const signature = await sign({ jobKey: sealedElsewhere });
  await expect(verify(content, { jobKey: sealedElsewhere, signature, mac })).rejects.toMatchObject({
    code: "ERR_SEAL_WRONG_BINDING",
  });
  // A job of its own, signed directly, does not vouch for a key.
  const { jobKey } = await signJob(content);
  const ofContent = await sign({ jobKey, kind: "install" });
  await expect(
    verify(content, { jobKey, signature: ofContent, mac } satisfies JobSignature),
  ).rejects.toMatchObject(foreign);
});

test("what the signing key signed directly holds too", async () => {
  const { verify, sign } = await setup();
  await verify(content, await sign(content));
  await expect(verify({}, await sign(content))).rejects.toMatchObject(foreign);
});

test("a key that could not be sealed is made anew for the next job", async () => {
  const { verify, sign, seal } = await setup();
  const failing = vi.fn(seal).mockRejectedValueOnce(new Error("not now"));
  const signJob = createJobSign(sign, failing);
  await expect(signJob(content)).rejects.toThrow("not now");
  await verify(content, await signJob(content));
});
