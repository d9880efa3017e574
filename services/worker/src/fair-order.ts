// The order in which due syncs become jobs: each account's longest overdue first, then each one's second, and
// so on.

/**
 * Keeps the order within an account; an account with many due syncs does not put all of them before another's
 * first.
 */
export function fairOrder<Due extends { _id: string }>(
  due: readonly Due[],
  accountOf: (due: Due) => string,
): Due[] {
  const turns: Due[][] = [];
  const turnOf = new Map<string, number>();
  for (const one of due) {
    const account = accountOf(one);
    const turn = turnOf.get(account) ?? 0;
    turnOf.set(account, turn + 1);
    turns[turn] ??= [];
    turns[turn].push(one);
  }
  return turns.flat();
}
