// The points that each account may spend on GraphQL in ten minutes, counted from its first query.

export interface Spending {
  cost: number;
  remaining: number;
  resetInMs: number;
}

export const budgetWindowMs = 10 * 60_000;

export class PointBudgets {
  readonly #spent = new Map<string, { points: number; endsAtMs: number }>();

  /** Spends the points if the budget has them; `remaining` is negative and nothing is spent if not. */
  spend(accountId: string, cost: number, budget: number, now: Date): Spending {
    const nowMs = now.getTime();
    const before = this.#spent.get(accountId);
    const window =
      before && before.endsAtMs > nowMs ? before : { points: 0, endsAtMs: nowMs + budgetWindowMs };
    const remaining = budget - window.points - cost;
    if (remaining >= 0) window.points += cost;
    this.#spent.set(accountId, window);
    return { cost, remaining, resetInMs: window.endsAtMs - nowMs };
  }

  clear(): void {
    this.#spent.clear();
  }
}
