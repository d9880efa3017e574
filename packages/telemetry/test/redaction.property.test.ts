import fc from "fast-check";
import { expect, test } from "vitest";
import { redactText } from "../src/index.ts";
import { redact } from "../src/redaction.ts";

test("any log line is redacted without an error, and redacting it again changes nothing", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      '"password":"',
      '\\"',
      "eyJ",
      "Bearer ",
      "://a:",
      "@",
      "-----BEGIN PRIVATE KEY-----",
      "fk_",
      "clientSecret=",
      ".",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      expect(typeof redactText(text)).toBe("string");
      expect(typeof redact(text)).toBe("string");
    }),
    { numRuns: 400 },
  );
  fc.assert(fc.property(fc.anything(), (value) => void redact(value)));
});

test("a secret after a name is removed, in any surroundings", () => {
  const secret = "canary6f1c2b7e9dcanary";
  const name = fc.constantFrom(
    "clientSecret",
    "client_secret",
    "password",
    "refreshToken",
    "id_token",
    "apiKey",
    "authorization",
    "sessionToken",
  );
  fc.assert(
    fc.property(fc.jsonValue(), name, fc.string(), (before, key, other) => {
      const json = JSON.stringify({ before, [key]: `${secret}${other}`, after: before });
      for (const text of [json, JSON.stringify({ inner: json }), `${JSON.stringify(other)} said ${json}`])
        expect(redactText(text)).not.toContain(secret);
      expect(
        JSON.stringify(redact({ before, [key]: { deep: secret }, list: [{ [key]: secret }] })),
      ).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});
