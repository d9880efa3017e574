import type { SyncDefinition } from "./define-sync.ts";

/**
 * Whether none of the scopes that a sync may need is among these. `.*` at the end stands for anything. A
 * hint, as its scopes are.
 */
export function lacksScope({ scopes }: Pick<SyncDefinition, "scopes">, given: readonly string[]): boolean {
  const fits = (scope: string, one: string) =>
    scope.endsWith(".*") ? one.startsWith(scope.slice(0, -1)) : one === scope;
  return scopes.length > 0 && !scopes.some((scope) => given.some((one) => fits(scope, one)));
}
