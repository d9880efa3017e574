import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenCharactersError, TokenResponseError } from "../src/errors.ts";
import { readGrant } from "../src/read-grant.ts";

test("any answer of the endpoint is refused, or is a token that fits a header and expires within a day", () => {
  const token = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.jsonValue());
  const expires = fc.oneof(
    fc.double(),
    fc.integer().map(String),
    fc.constantFrom("1e999", "-0", " 7 "),
    fc.jsonValue(),
  );
  const answer = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        access_token: token,
        expires_in: expires,
        scope: fc.jsonValue(),
        token_type: fc.oneof(fc.constant("Bearer"), fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  );
  const now = new Date("2026-01-01T00:00:00Z");
  fc.assert(
    fc.property(answer, (json) => {
      let granted: ReturnType<typeof readGrant>;
      try {
        granted = readGrant(json, ["asset.view"], now);
      } catch (error) {
        expect(error instanceof TokenResponseError || error instanceof TokenCharactersError).toBe(true);
        return;
      }
      expect(() => new Headers({ authorization: `Bearer ${granted.accessToken}` })).not.toThrow();
      const lifeMs = granted.expiresAt.getTime() - now.getTime();
      expect(lifeMs).toBeGreaterThanOrEqual(0);
      expect(lifeMs).toBeLessThanOrEqual(86_400_000);
      expect(granted.scopes.every((scope) => typeof scope === "string")).toBe(true);
    }),
    { numRuns: 500 },
  );
});
