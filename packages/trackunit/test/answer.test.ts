import { expect, test } from "vitest";
import { readAnswer } from "../src/answer.ts";
import type { ApiRateLimitedError } from "../src/index.ts";

const rest = { family: "sites", method: "GET", path: "/api/site/v1/sites?size=3" } as const;
const graphql = { family: "graphql", method: "POST", path: "/api/graphql/" } as const;
const answer = (status: number, body: unknown = "", headers: { retryAfter?: string } = {}) => ({
  status,
  contentType: "text/html; charset=utf-8",
  retryAfter: headers.retryAfter,
  text: typeof body === "string" ? body : JSON.stringify(body),
});

function thrownBy(run: () => unknown): ApiRateLimitedError {
  try {
    run();
  } catch (error) {
    return error as ApiRateLimitedError;
  }
  throw new Error("nothing was thrown");
}

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ["0", 1_000],
  ["12", 12_000],
  ["99999999", 3_600_000],
  ["soon", undefined],
  ["-5", undefined],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 1_000],
  ["Thu, 01 Jan 2999 00:00:00 GMT", 3_600_000],
])("Retry-After %j is a wait of %j ms", (retryAfter, expected) => {
  const headers = retryAfter === undefined ? {} : { retryAfter };
  const error = thrownBy(() => readAnswer(rest, answer(429, "", headers)));
  expect(error).toMatchObject({ code: "ERR_API_RATE_LIMITED", family: "sites" });
  expect(error.retryAfterMs).toBe(expected);
});

test("a date in Retry-After is counted from now", () => {
  const retryAfter = new Date(Date.now() + 10_000).toUTCString();
  const { retryAfterMs } = thrownBy(() => readAnswer(rest, answer(429, "", { retryAfter })));
  expect(retryAfterMs).toBeGreaterThan(8_000);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
});

test("no message holds an answer's text; a refusal names the fields and nothing else", () => {
  const body = {
    code: "secret",
    message: "secret",
    violations: [{ field: "sort", message: "secret" }, { field: "<secret>" }],
  };
  const { message } = thrownBy(() => readAnswer(rest, answer(400, body)));
  expect(message).toBe("the API answered 400; it objects to sort, ?");
  for (const status of [200, 401, 403, 404, 429, 500])
    expect(thrownBy(() => readAnswer(rest, answer(status, "secret"))).message).not.toContain("secret");
});

test("what is not JSON is named by its media type", () => {
  expect(thrownBy(() => readAnswer(rest, answer(200, "<html>"))).message).toBe(
    "the API answered text/html instead of JSON",
  );
});

test("GraphQL's own word for a refused token is one, unless there is data", () => {
  const errors = [{ extensions: { code: "UNAUTHENTICATED" } }];
  const refused = thrownBy(() => readAnswer(graphql, answer(200, { data: null, errors })));
  expect(refused).toMatchObject({ code: "ERR_API_UNAUTHORIZED" });
  const partial = { data: { assets: {} }, errors };
  expect(readAnswer(graphql, answer(200, partial)).json).toEqual(partial);
});

test("GraphQL's own wait is more exact than the header's", () => {
  const body = { errors: [{ extensions: { code: "RATE_LIMITED", resetIn: 4_321 } }] };
  const error = thrownBy(() => readAnswer(graphql, answer(429, body, { retryAfter: "60" })));
  expect(error.retryAfterMs).toBe(4_321);
});

test("what looks like GraphQL is not taken for it anywhere else", () => {
  const body = { data: null, errors: [{ extensions: { code: "RATE_LIMITED" } }] };
  expect(readAnswer(rest, answer(200, body))).toEqual({ json: body });
});

test("odd errors in a GraphQL answer are errors without a code", () => {
  const body = {
    data: null,
    errors: [{ path: "x", extensions: { code: 3, resetIn: "soon" } }, { extensions: null }],
  };
  expect(readAnswer(graphql, answer(200, body)).graphql?.errors).toEqual([
    { code: "", path: [], resetInMs: undefined },
    { code: "", path: [], resetInMs: undefined },
  ]);
});

test.each([204, 200])("%i without a body is an answer without JSON, but none for GraphQL", (status) => {
  expect(readAnswer(rest, answer(status))).toEqual({ json: undefined });
  expect(thrownBy(() => readAnswer(graphql, answer(status)))).toMatchObject({ code: "ERR_API_NOT_JSON" });
});
