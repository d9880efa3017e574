// Which methods a path takes, for a request by another one: Fastify answers that as if the path were not
// there.

/** Given every route as it is added. */
export function createAllowedMethods() {
  const routes: { parts: string[]; methods: string[] }[] = [];

  return {
    /** `url` as Fastify takes it, such as `/v1/accounts/:accountId`. */
    add({ url, method }: { url: string; method: string | string[] }): void {
      routes.push({ parts: url.split("/"), methods: [method].flat() });
    },

    /** Sorted; empty for a path that no route has. */
    of(url: string): string[] {
      const [path = ""] = url.split("?");
      const parts = path.split("/");
      return [
        ...new Set(routes.filter((route) => fits(route.parts, parts)).flatMap(({ methods }) => methods)),
      ].sort();
    },
  };
}

function fits(route: readonly string[], path: readonly string[]): boolean {
  const isOpen = route.at(-1) === "*";
  if (isOpen ? path.length < route.length : path.length !== route.length) return false;
  return route.every((part, index) => part === "*" || part === path[index] || part.startsWith(":"));
}
