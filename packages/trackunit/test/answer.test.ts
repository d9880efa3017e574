import { expect, test } from "vitest";
import { readAnswer } from "../src/answer.ts";
import type { ApiRateLimitedError } from "../src/index.ts";

const rest = { family: "sites", method: "GET", path: "/api/site/v1/sites?size=3" } as const;
const graphql = { family: "graphql", method: "POST", path: "/api/graphql/" } as const;
const answer = (status: number, body: unknown = "", headers: { retryAfterMs?: number } = {}) => ({
  status,
  contentType: "text/html; charset=utf-8",
  retryAfterMs: headers.retryAfterMs,
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

test.each([429, 403, 404, 413])("a refusal (%i) that says when it ends is a limit", (status) => {
  const error = thrownBy(() => readAnswer(rest, answer(status, "", { retryAfterMs: 12_000 })));
  expect(error).toMatchObject({ code: "ERR_API_RATE_LIMITED", family: "sites", retryAfterMs: 12_000 });
});

test("without a named wait only 429 is a limit, of unknown length", () => {
  const error = thrownBy(() => readAnswer(rest, answer(429)));
  expect(error.code).toBe("ERR_API_RATE_LIMITED");
  expect(error.retryAfterMs).toBeUndefined();
  expect(thrownBy(() => readAnswer(rest, answer(403))).code).toBe("ERR_API_FORBIDDEN");
});

test.each([408, 500, 502, 503])("an outage (%i) may say when it ends", (status) => {
  const error = thrownBy(() => readAnswer(rest, answer(status, "", { retryAfterMs: 90_000 })));
  expect(error).toMatchObject({ code: "ERR_API_UNAVAILABLE", remedy: "retry", retryAfterMs: 90_000 });
  expect(thrownBy(() => readAnswer(rest, answer(status))).retryAfterMs).toBeUndefined();
});

test("a refused token is one, even if a wait comes with it", () => {
  const error = thrownBy(() => readAnswer(rest, answer(401, "", { retryAfterMs: 12_000 })));
  expect(error.code).toBe("ERR_API_UNAUTHORIZED");
});

test("no message holds an answer's text; a refusal names the fields and nothing else", () => {
  const body = {
    code: "secret",
    message: "secret",
    violations: [{ field: "sort", message: "secret" }, { field: "<secret>" }],
  };
  const { message } = thrownBy(() => readAnswer(rest, answer(400, body)));
  expect(message).toBe("the API answered GET /api/site/v1/sites with 400; it objects to sort, ?");
  for (const status of [200, 401, 403, 404, 429, 500])
    expect(thrownBy(() => readAnswer(rest, answer(status, "secret"))).message).not.toContain("secret");
});

test("what is not JSON is named by its media type", () => {
  expect(thrownBy(() => readAnswer(rest, answer(200, "<html>"))).message).toBe(
    "the API answered GET /api/site/v1/sites with text/html instead of JSON",
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
  const error = thrownBy(() => readAnswer(graphql, answer(429, body, { retryAfterMs: 60_000 })));
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
