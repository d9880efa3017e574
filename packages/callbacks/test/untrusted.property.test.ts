// For any input, what reads a callback answers with a refusal or with what it promises, and with nothing
// else.

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  accountIdIn,
  type CallbackBody,
  canonicalText,
  checkClaims,
  claimsLike,
  noClaimRules,
  Refusal,
  tokenOf,
} from "../src/index.ts";

/** What it gives, or undefined where it refuses. Another error is the test's. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const id = fc.oneof(
  fc.string(),
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
);
const body = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), id)
  .map(
    ([more, irisAppId, accountId]): CallbackBody => ({ ...more, type: "INSTALLED", irisAppId, accountId }),
  );

test("a header is refused, or gives three parts that are all in it", () => {
  const header = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.string()),
    fc.constant(undefined),
    fc
      .tuple(fc.constantFrom("", "Bearer ", "bearer  ", "Bearer"), fc.string())
      .map((parts) => parts.join("")),
    fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join(".")),
  );
  fc.assert(
    fc.property(header, (sent) => {
      const token = unlessRefused(() => tokenOf(sent));
      if (token === undefined) return;
      expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(sent).toContain(token);
    }),
  );
});

test("an accepted account id is a UUID in small letters, and is accepted again unchanged", () => {
  fc.assert(
    fc.property(body, (sent) => {
      const taken = unlessRefused(() => accountIdIn(sent, "uuid"));
      if (taken === undefined) return;
      expect(taken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(accountIdIn({ ...sent, accountId: taken }, "uuid")).toBe(taken);
    }),
  );
});

test("a body has the same text in any order of its members, and another body has another text", () => {
  fc.assert(
    fc.property(body, (sent) => {
      const text = canonicalText(sent);
      const turned = Object.fromEntries(Object.entries(sent).reverse()) as CallbackBody;
      expect(canonicalText(turned)).toBe(text);
      expect(canonicalText({ ...sent, accountId: `${sent.accountId}x` })).not.toBe(text);
    }),
  );
});

test("claims of any kind are accepted or refused, and where one is required, only the body's own passes", () => {
  const names = fc.constantFrom(
    "aud",
    "accountId",
    "irisAppId",
    "sub",
    "__proto__",
    "toString",
    "https://x/accountId",
  );
  const claims = fc.dictionary(fc.oneof(names, fc.string()), fc.jsonValue(), { maxKeys: 8 });
  fc.assert(
    fc.property(body, claims, (sent, claimed) => {
      unlessRefused(() => checkClaims(claimed, sent, noClaimRules));
      for (const found of Object.values(claimsLike(claimed, sent)))
        expect(found.length).toBeLessThanOrEqual(5);
      const rules = { ...noClaimRules, claims: { accountId: "sub" } };
      const passed = unlessRefused(() => checkClaims(claimed, sent, rules) ?? true);
      if (passed) expect(claimsLike({ sub: claimed.sub as string }, sent).accountId).toEqual(["sub"]);
    }),
  );
});
