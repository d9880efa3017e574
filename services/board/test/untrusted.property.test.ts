import fc from "fast-check";
import { expect, test } from "vitest";
import { listRequestOf } from "../src/accounts/list/read.ts";
import { basicCredentialsOf } from "../src/auth/basic.ts";
import { safeNext } from "../src/auth/login-method.ts";

test("after a login no form leads away from the board", () => {
  const path = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: "binary" }).map((text) => `/${text}`),
    fc
      .array(
        fc.constantFrom(
          "/",
          "\\",
          "//",
          "evil.example",
          "@",
          ":",
          "http:",
          "\t",
          "\n",
          "%2f",
          "..",
          "?",
          "#",
        ),
      )
      .map((parts) => `/${parts.join("")}`),
  );
  fc.assert(
    fc.property(path, (next) => {
      const safe = safeNext(next);
      expect(safe.startsWith("/")).toBe(true);
      expect(new URL(safe, "https://board.example").origin).toBe("https://board.example");
    }),
    { numRuns: 500 },
  );
});

test("HTTP Basic gives what was encoded, and anything else gives nothing or two texts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (user, password) => {
      const name = user.replaceAll(":", "");
      const header = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
      expect(basicCredentialsOf(header)).toEqual({ name, password });
    }),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((text) => `basic ${text}`),
      ),
      (header) => {
        const found = basicCredentialsOf(header);
        if (found !== undefined)
          expect([typeof found.name, typeof found.password]).toEqual(["string", "string"]);
      },
    ),
  );
});

test("any address of the list of accounts is a valid query", () => {
  const some = fc.dictionary(
    fc.constantFrom("q", "state", "failing", "sort", "after", "search"),
    fc.oneof(fc.string(), fc.array(fc.string())),
  );
  fc.assert(fc.property(some, (query) => void expect(listRequestOf(query)).toHaveProperty("sort")));
});
