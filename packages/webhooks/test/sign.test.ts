import fc from "fast-check";
import { expect, test } from "vitest";
import {
  newSigningKey,
  readHeaders,
  readSigningKey,
  signStandardWebhook,
  verifyDelivery,
} from "../src/index.ts";

/** Svix's public example. */
const vector = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
  secrets: [readSigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
};

test("the public test vector is signed as it says", () => {
  expect(signStandardWebhook(vector)).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("each of several secrets signs, and a receiver that knows any one of them verifies", () => {
  const secrets = [newSigningKey(), newSigningKey()];
  const now = new Date();
  const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/);
  fc.assert(
    fc.property(ids, fc.string({ unit: "grapheme" }), (id, body) => {
      const headers = signStandardWebhook({ id, timestamp: now, body, secrets });
      expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
      const read = readHeaders(Object.entries(headers).flat());
      for (const secret of secrets) verifyDelivery(Buffer.from(body), read, [secret]);
      expect(() => verifyDelivery(Buffer.from(body), read, [newSigningKey()])).toThrow();
      expect(() => verifyDelivery(Buffer.from(`${body} `), read, secrets)).toThrow();
    }),
  );
});

test("a new secret can be read again, and no two are the same", () => {
  const [one, other] = [newSigningKey(), newSigningKey()];
  expect(readSigningKey(one)).toBe(one);
  expect(one).not.toBe(other);
});

test.each([{ id: "a.b" }, { id: "" }, { id: "a b" }, { secrets: [] }])("%j is not signed", (changes) => {
  expect(() => signStandardWebhook({ ...vector, ...changes })).toThrow(RangeError);
});
