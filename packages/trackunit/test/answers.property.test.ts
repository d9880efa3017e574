import fc from "fast-check";
import { expect, test } from "vitest";
import { readFleetPage } from "../src/aemp-page.ts";
import { FleetUnreadableError } from "../src/errors.ts";
import { readGraphqlAnswer } from "../src/graphql-answer.ts";

const any = fc.jsonValue();
/** A value with some of these fields, each with anything in it: what comes near to the real thing. */
const near = (...names: string[]) =>
  fc.oneof(
    any,
    fc.record(Object.fromEntries(names.map((name) => [name, fc.oneof(any, fc.array(any))])), {
      requiredKeys: [],
    }),
  );

test("any GraphQL answer is refused, or has errors with a code and valid numbers", () => {
  const error = near("message", "path", "extensions", "code", "resetIn");
  const answer = fc.record(
    {
      data: near("rateLimit", "__proto__"),
      errors: fc.oneof(any, fc.array(error)),
      extensions: near("code", "resetIn"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(any, answer), (json) => {
      const read = readGraphqlAnswer(json);
      if (read === undefined) return;
      for (const { code, path, resetInMs } of read.errors) {
        expect(code).toMatch(/^[\w.-]{0,60}$/);
        expect(Array.isArray(path)).toBe(true);
        if (resetInMs !== undefined) expect(Number.isNaN(resetInMs)).toBe(false);
      }
      if (read.budget !== undefined)
        for (const one of Object.values(read.budget)) expect(typeof one).toBe("number");
    }),
    { numRuns: 500 },
  );
});

test("any AEMP answer is refused, or gives lists", () => {
  const page = near("Links", "links", "Equipment", "equipment", "EQUIPMENT", "fleet");
  fc.assert(
    fc.property(fc.oneof(fc.constant(undefined), page, fc.record({ Fleet: page })), (json) => {
      try {
        const { equipment, links } = readFleetPage(json);
        expect(Array.isArray(equipment)).toBe(true);
        for (const { rel, href } of links ?? [])
          expect([typeof rel, typeof href]).toEqual(["string", "string"]);
      } catch (error) {
        expect(error).toBeInstanceOf(FleetUnreadableError);
      }
    }),
    { numRuns: 500 },
  );
});
