// Faults that answer in place of the route.
import { type Answer, apiError, html, json, tooMany, webAppPage } from "../http/answers.ts";
import type { TakenFaults } from "./taken-faults.ts";

/** What a fault answers instead, or undefined if the route shall answer. */
export function replacementFor(faults: TakenFaults): Answer | undefined {
  const status = faults.get("status");
  if (status) {
    const code = status.status ?? 500;
    return status.body === undefined ? apiError(code, "A fault was asked for.") : json(code, status.body);
  }
  if (faults.has("forbidden")) return apiError(403, "Not visible to this account.");
  const limit = faults.get("rate-limit");
  if (limit) return tooMany(limit.retryAfterS ?? null);
  const budget = faults.get("graphql-rate-limit");
  if (budget) return graphqlRateLimited(budget.cost ?? 100, budget.resetInMs ?? 1000, budget.status);
  if (faults.has("html")) return html(200, webAppPage);
  if (faults.has("invalid-json")) return json(200, '{"content":[{"id":"');
  return undefined;
}

/** The documented error of an account whose points for these ten minutes are spent. */
export function graphqlRateLimited(cost: number, resetInMs: number, status = 200): Answer {
  const extensions = { code: "RATE_LIMITED", cost, resetIn: resetInMs };
  return json(status, { data: null, errors: [{ message: "Rate limit exceeded.", extensions }] });
}
