// The scopes of the syncs, in a document between two marks.

import { builtInSyncs } from "@fleetkeeper/syncs";

const begin = "<!-- scopes -->\n";
const end = "<!-- /scopes -->\n";

/** The document with the list as the definitions have it. */
export function withScopes(text: string): string {
  const [before = "", rest = ""] = text.split(begin);
  const [, after = ""] = rest.split(end);
  const lines = builtInSyncs.map(
    ({ name, resource, scopes }) =>
      `- ${name} (\`${resource}\`): ${scopes.map((scope) => `\`${scope}\``).join(" or ")}\n`,
  );
  return `${before}${begin}\n${lines.join("")}\n${end}${after}`;
}
