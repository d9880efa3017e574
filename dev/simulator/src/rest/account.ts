// `GET /simulated/account`: whose access token it is. Trackunit documents no such request: this one is the
// simulator's own.
import { json } from "../http/answers.ts";
import type { ApiRoute } from "../http/route.ts";

export const accountOfToken: ApiRoute = {
  method: "GET",
  url: "/simulated/account",
  operations: "simulated.account",
  handle: ({ account }) => json(200, { accountId: account.accountId, name: account.name }),
};
