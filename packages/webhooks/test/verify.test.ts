import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  checkTimestamp,
  readSigningKey,
  type SigningKey,
  toleranceMs,
  verifyDelivery,
} from "../src/index.ts";

/** Svix's public example. */
const vector = {
  key: readSigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
  headers: {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  body: Buffer.from('{"test": 2432232314}'),
};
const signedAt = new Date(Number(vector.headers.timestamp) * 1_000);
const otherKey = readSigningKey(`whsec_${Buffer.alloc(32, 7).toString("base64")}`);

/** Until the test ends. */
function stopClock(): void {
  vi.useFakeTimers({ now: signedAt });
  onTestFinished(() => void vi.useRealTimers());
}

function verify(changes: { body?: Buffer; headers?: object; keys?: SigningKey[] } = {}): string {
  stopClock();
  try {
    const headers = { ...vector.headers, ...changes.headers };
    verifyDelivery(changes.body ?? vector.body, headers, changes.keys ?? [vector.key]);
    return "verified";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test("the public test vector is verified", () => {
  expect(verify()).toBe("verified");
});

test("one of several keys, and one of several signatures of any version, is enough", () => {
  const { signature } = vector.headers;
  const wrong = `v1,${Buffer.alloc(32, 1).toString("base64")}`;
  expect(verify({ keys: [otherKey, vector.key] })).toBe("verified");
  expect(verify({ headers: { signature: `${wrong} v1a,abc v2,def ${signature}` } })).toBe("verified");
});

test.each([
  ["a changed body", { body: Buffer.from('{"test": 2432232315}') }],
  ["a body with a blank more", { body: Buffer.from('{"test": 2432232314} ') }],
  ["another key", { keys: [otherKey] }],
  ["no key", { keys: [] }],
  ["another id", { headers: { id: "msg_other" } }],
  ["another time", { headers: { timestamp: "1614265331" } }],
  ["a signature of v1a only", { headers: { signature: vector.headers.signature.replace("v1,", "v1a,") } }],
  ["an unknown version", { headers: { signature: vector.headers.signature.replace("v1,", "v9,") } }],
  ["a version without a signature", { headers: { signature: "v1," } }],
  ["a signature without a version", { headers: { signature: vector.headers.signature.slice(3) } }],
])("%s is refused", (_what, changes) => {
  expect(verify(changes)).toBe("ERR_WEBHOOK_UNVERIFIED");
});

test("bytes that decode to the signed text are not the signed body", () => {
  const body = Buffer.from('"\u{FFFD}"');
  stopClock();
  const signature = new Webhook(vector.key).sign(vector.headers.id, signedAt, body);
  expect(verify({ body, headers: { signature } })).toBe("verified");
  const altered = Buffer.from([0x22, 0xff, 0x22]);
  expect(altered.toString()).toBe(body.toString());
  expect(verify({ body: altered, headers: { signature } })).toBe("ERR_WEBHOOK_UNVERIFIED");
});

test("any body that was signed is verified, JSON or not", () => {
  stopClock();
  for (const text of ["", "no json", "[", "null", "ü"]) {
    const body = Buffer.from(text);
    const signature = new Webhook(vector.key).sign(vector.headers.id, signedAt, body);
    expect(verify({ body, headers: { signature } })).toBe("verified");
  }
});

test("a timestamp may be five minutes from now and no more, in either direction", () => {
  const codeAt = (aheadMs: number) => {
    try {
      checkTimestamp(vector.headers, new Date(signedAt.getTime() + aheadMs));
      return "fine";
    } catch (error) {
      const { code, reason } = error as { code: string; reason: string };
      return `${code} ${reason}`;
    }
  };
  expect(codeAt(toleranceMs)).toBe("fine");
  expect(codeAt(-toleranceMs)).toBe("fine");
  expect(codeAt(toleranceMs + 2_000)).toBe("ERR_WEBHOOK_TIMESTAMP too old");
  expect(codeAt(-toleranceMs - 2_000)).toBe("ERR_WEBHOOK_TIMESTAMP from the future");
});
