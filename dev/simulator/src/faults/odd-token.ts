// Answers of the token endpoint that RFC 6749 allows, or that servers give in spite of it.

import type { JsonObject, Oddities } from "./json-body.ts";

export const oddTokens: Oddities = {
  "no-lifetime": ofToken(({ expires_in: _, ...token }) => token),
  "null-lifetime": ofToken((token) => ({ ...token, expires_in: null })),
  "zero-lifetime": ofToken((token) => ({ ...token, expires_in: 0 })),
  "huge-lifetime": ofToken((token) => ({ ...token, expires_in: 1e15 })),
  "no-scope": ofToken(({ scope: _, ...token }) => token),
  "null-scope": ofToken((token) => ({ ...token, scope: null })),
  "list-scope": ofToken((token) => ({ ...token, scope: String(token.scope).split(" ") })),
  "control-characters": ofToken((token) => ({ ...token, access_token: `${token.access_token}\r\nx: y` })),
};

/** Any other answer stays as it is. */
function ofToken(change: (token: JsonObject) => JsonObject) {
  return (body: JsonObject) => ("access_token" in body ? change(body) : body);
}
