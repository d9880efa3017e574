// Faults that answer in place of the route.
import { type Answer, apiError, html, json, webAppPage } from "../http/answers.ts";
import type { FaultSpec } from "./fault.ts";
import type { TakenFaults } from "./taken-faults.ts";

/** What a fault answers instead, or undefined if the route shall answer. */
export function replacementFor(faults: TakenFaults): Answer | undefined {
  const status = faults.get("status");
  if (status) {
    const code = status.status ?? 500;
    const answer = status.body === undefined ? apiError(code, "A requested fault.") : json(code, status.body);
    return withRetryAfter(answer, status);
  }
  const forbidden = faults.get("forbidden");
  if (forbidden) return withRetryAfter(apiError(403, "Not visible to this account."), forbidden);
  const limit = faults.get("rate-limit");
  if (limit) return withRetryAfter(apiError(429, "Too many requests."), limit);
  const redirect = faults.get("redirect");
  if (redirect)
    return { ...html(redirect.status ?? 302, ""), headers: { location: "https://elsewhere.example/" } };
  const budget = faults.get("graphql-rate-limit");
  if (budget) return graphqlRateLimited(budget.cost ?? 100, budget.resetInMs ?? 1000, budget.status);
  if (faults.has("html")) return html(200, webAppPage);
  if (faults.has("invalid-json")) return json(200, '{"content":[{"id":"');
  return undefined;
}

function withRetryAfter(answer: Answer, { retryAfterS, retryAfterAsDate }: FaultSpec): Answer {
  if (retryAfterS === undefined) return answer;
  const date = new Date(Date.now() + retryAfterS * 1_000).toUTCString();
  return { ...answer, headers: { "retry-after": retryAfterAsDate ? date : String(retryAfterS) } };
}

/** The documented error of an account whose points for these ten minutes are spent. */
export function graphqlRateLimited(cost: number, resetInMs: number, status = 200): Answer {
  const extensions = { code: "RATE_LIMITED", cost, resetIn: resetInMs };
  return json(status, { data: null, errors: [{ message: "Rate limit exceeded.", extensions }] });
}
