// Which documented limit a publisher's own request counts towards, by its path: the same names as the
// syncs use.

import { graphqlFamily } from "./graphql-pages.ts";

/** A family of requests with a documented limit; `part` is what it counts apart. */
export interface Family {
  family: string;
  part?: string;
}

const families: readonly [RegExp, (found: RegExpExecArray) => Family][] = [
  [/\/api\/location\/v\d+\/locations/, () => ({ family: "locations" })],
  [/\/api\/eventlog\//, () => ({ family: "event-log" })],
  [/\/aemp\/.*\/fleet\/(\d+)/, ([, part]) => ({ family: "aemp-fleet", part: String(Number(part)) })],
  [/\/aemp\//, () => ({ family: "aemp-fleet" })],
  [/\/api\/alerts\/v\d+\/configurations/, () => ({ family: "alert-configurations" })],
  [/\/api\/time-series\//, () => ({ family: "time-series" })],
  [/\/operators?(\/|$)/, () => ({ family: "operators" })],
  [/\/api\/graphql/, () => ({ family: graphqlFamily })],
];

/** `path` in any case, encoded in any way: what a server might take for a limited path counts as one. */
export function familyOf(path: string): Family {
  const plain = decoded(path)
    .replace(/\/{2,}/g, "/")
    .toLowerCase();
  for (const [pattern, of] of families) {
    const found = pattern.exec(plain);
    if (found !== null) return of(found);
  }
  return { family: "other" };
}

/**
 * Whether a path, however often it is decoded on its way, stays below where it begins.
 */
export function staysBelow(path: string): boolean {
  const plain = decoded(path);
  return (
    path.startsWith("/") &&
    !/\p{Cc}/u.test(plain) &&
    !plain.split(/[/\\]/).some((part) => /^\.\.?(;|$)/.test(part))
  );
}

/** Decoded until nothing changes. */
function decoded(path: string): string {
  let text = path;
  for (let times = 0; times < 4; times++) {
    const next = text.replace(/%[0-9a-f]{2}/gi, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    );
    if (next === text) break;
    text = next;
  }
  return text;
}
