// Errors of calls to Trackunit: its token endpoint and its API.

import type { Explanation } from "./explanation.ts";

/** The token endpoint. */
export const ofTokens = {
  ERR_TOKEN_INVALID_CLIENT: {
    means:
      "Trackunit refuses the account's client id or secret: the app was uninstalled, or installed again.",
    advice:
      "Ask the customer to install the app again. If Trackunit accepts the credential again, use `fleetkeeper accounts refresh`.",
  },
  ERR_TOKEN_INVALID_SCOPE: {
    means: "Trackunit refuses the requested scopes.",
    advice:
      "Compare TRACKUNIT_SCOPES with the scopes in the app's manifest; restart the workers after a change.",
  },
  ERR_TOKEN_REJECTED: {
    means: "The token endpoint refuses the request for another reason than the credential.",
    advice: "Check TRACKUNIT_TOKEN_URL with `fleetkeeper doctor`.",
  },
  ERR_TOKEN_RATE_LIMITED: {
    means: "The token endpoint asks us to wait.",
    advice: "Nothing: the request is repeated when the wait is over.",
  },
  ERR_TOKEN_UNAVAILABLE: {
    means: "The token endpoint did not answer, or answered with a status of 500 or above.",
    advice:
      "Nothing while it is short. If it lasts, look at Trackunit's status page, then at your network's access to the internet (proxy, DNS, TLS).",
  },
  ERR_TOKEN_RESPONSE: {
    means: "The token endpoint answered with success, but its answer holds no token.",
    advice: "Check that TRACKUNIT_TOKEN_URL is the token endpoint, not a page of a proxy.",
  },
  ERR_TOKEN_CHARACTERS: {
    means: "The token has characters that are not allowed in an HTTP header.",
    advice: "Check what is between here and the token endpoint; if nothing is, tell Trackunit.",
  },
  ERR_TOKEN_CREDENTIAL_PENDING: {
    means: "No credential of the account has proved itself yet.",
    advice: "Nothing: it is tried within seconds. The account's page shows the outcome of each attempt.",
  },
  ERR_TOKEN_CREDENTIAL_OUTDATED: {
    means: "A newer install of the account exists than the stored one.",
    advice: "Nothing: the newer credential is being stored.",
  },
  ERR_TOKEN_ENDPOINT_PACED: {
    means: "Requests for tokens are paced, since the endpoint has been failing for every account.",
    advice: "Nothing: requests continue one after the other when the endpoint answers again.",
  },
  ERR_TOKEN_BUSY: {
    means: "Another worker has been asking for the same token for longer than a request can take.",
    advice: "Nothing: it is tried again. If it lasts, check whether a worker hangs.",
  },
  ERR_INSTALLATION_REVOKED: {
    means: "Trackunit refused the account's credential earlier; it is tried rarely now.",
    advice: "As for ERR_TOKEN_INVALID_CLIENT.",
  },
  ERR_INSTALLATION_PAUSED: {
    means: "An operator has paused the account.",
    advice: "Use `fleetkeeper accounts resume`, or the account's page, when it should continue.",
  },
  ERR_CREDENTIAL_OF_OTHER_ACCOUNT: {
    means:
      "A new credential works, but belongs to another account than its install says. It was not taken over.",
    advice: "Find out who sent this install; `docs/security.md` says what to look at.",
  },
  ERR_ACCOUNT_QUERY: {
    means: "The query that tells which account a token belongs to returned no account.",
    advice: "Check the path, or the query, and the field in TRACKUNIT_ACCOUNT_QUERY.",
  },
} satisfies Record<string, Explanation>;

const retried = "Nothing: the sync is tried again after a growing wait.";
const tellUs =
  "If it lasts, the API may have changed: see the messages of the run and of the items set aside.";

/** Trackunit's API. */
export const ofApi = {
  ERR_API_UNAUTHORIZED: {
    means: "Trackunit's API refuses a new token as well.",
    advice: "Check that the scopes were granted and that TRACKUNIT_API_URL belongs to TRACKUNIT_TOKEN_URL.",
  },
  ERR_API_FORBIDDEN: {
    means: "The account's token may not read this resource.",
    advice:
      "Add the scope to the app's manifest and to TRACKUNIT_SCOPES; the customer accepts it by installing again. If the scope is granted, the permission is missing in Trackunit.",
  },
  ERR_API_RATE_LIMITED: {
    means: "A limit of Trackunit's API is reached, by its answer or by our own count.",
    advice:
      "Nothing: the sync continues when the limit allows. If this is frequent, give the sync a longer interval.",
  },
  ERR_API_UNAVAILABLE: {
    means: "The API did not answer, or answered with a status of 500 or above.",
    advice:
      "Nothing while it is short. If it lasts, look at Trackunit's status page, then at your network's access to the internet.",
  },
  ERR_API_CIRCUIT_OPEN: {
    means: "The request was not sent: the whole API has been failing, so few requests are let through.",
    advice: "Nothing: requests continue as soon as it answers.",
  },
  ERR_API_LIMITER_UNAVAILABLE: {
    means: "Requests cannot be counted, so none is sent: Redis does not answer.",
    advice: "Look at Redis.",
  },
  ERR_API_NOT_JSON: {
    means: "The answer's status is a success, but it is not JSON.",
    advice: "Check TRACKUNIT_API_URL, and whether a proxy answers in Trackunit's place.",
  },
  ERR_API_SHAPE: {
    means: "The JSON's shape differs from the documented one.",
    advice: `${retried} ${tellUs}`,
  },
  ERR_API_FLEET_UNREADABLE: {
    means: "The AEMP answer contains no fleet.",
    advice:
      "Wait for the next run, a quarter of an hour later. If it lasts, ask Trackunit whether AEMP is enabled for the account.",
  },
  ERR_API_ANSWER_TOO_LONG: {
    means: "The answer is longer than accepted, even for a page with one item.",
    advice: "Let the sync ask for fewer fields.",
  },
  ERR_API_REJECTED: {
    means: "The API refuses the request itself; the message names path and status.",
    advice: "For a sync of your own, check its path and query. Otherwise the API may have changed.",
  },
  ERR_API_REDIRECT: {
    means:
      "The API redirects to another address, which is not followed: the token is meant for the configured one.",
    advice: "Set TRACKUNIT_API_URL to the address that answers.",
  },
  ERR_API_ENCODING: {
    means: "The answer is compressed in a way that was not requested, or is damaged.",
    advice: "Nothing while it is rare. If it lasts, look at the proxy between here and Trackunit.",
  },
  ERR_API_PATH: {
    means: "The sync asks for a path that does not begin with `/`.",
    advice: "Correct the sync's definition.",
  },
  ERR_API_GRAPHQL: {
    means: "GraphQL answered with errors and no usable data.",
    advice: "Read the message. For a sync of your own, correct its query.",
  },
  ERR_API_COMPLEXITY: {
    means: "The query is too complex for the API, even for a page of one item.",
    advice: "Let the sync ask for fewer fields.",
  },
  ERR_API_CURSOR_REPEATS: {
    means: "The next page is one that was already read.",
    advice: "Nothing: the pass begins again with the first page.",
  },
  ERR_API_PAGES_ENDLESS: {
    means: "Pages keep coming, far beyond the last possible one.",
    advice: "Nothing: the pass begins again. If it lasts, the API has a fault; tell Trackunit.",
  },
  ERR_API_CURSOR_UNREADABLE: {
    means: "The place where reading stopped is unreadable, for instance after an upgrade.",
    advice: "Nothing: the pass begins again with the first page.",
  },
  ERR_PAGE_TOO_SLOW: {
    means: "One page took so long that the run would have lost its lease.",
    advice: "Nothing while it is rare. If it lasts, Trackunit or MongoDB is slow: see the run's duration.",
  },
  ERR_HTTP_NO_ANSWER: {
    means: "No complete answer arrived: no connection, a time-out, or a certificate that is not trusted.",
    advice: "Read the cause in the message; check proxy, DNS and NODE_EXTRA_CA_CERTS.",
  },
  ERR_HTTP_ANSWER_TOO_LONG: {
    means: "The answer is longer than accepted.",
    advice: "Check the configured address.",
  },
  ERR_HTTP_ENCODING: {
    means: "The answer is compressed in a way that was not requested, or is damaged.",
    advice: "Look at the proxy in between.",
  },
  ERR_HTTP_REDIRECT: {
    means: "The answer is a redirect, which is not followed.",
    advice: "Configure the address that answers.",
  },
  ERR_NOTIFY_STATUS: {
    means: "A receiver of events answered with another status than 2xx.",
    advice: "Its answer is with the delivery. It is tried again for three days.",
  },
  ERR_MAIL_NOT_SENT: {
    means: "The mail server did not accept a message to operators, or could not be reached.",
    advice:
      "Compare NOTIFICATIONS_SMTP_URL with what the mail server requires, and try it with `fleetkeeper notifications test`. The message is tried again for a day.",
  },
  ERR_NOTIFICATION_REFUSED: {
    means: "The webhook or Slack answered a message to operators with another status than 2xx.",
    advice:
      "Check its address, and try it with `fleetkeeper notifications test`. The message is tried again for a day.",
  },
  ERR_HTTP_URL_REFUSED: {
    means: "A configured address does not begin with https://, or holds a user or a password.",
    advice: "Give an address with https:// and no user. Nothing was sent.",
  },
  ERR_HTTP_ADDRESS_REFUSED: {
    means:
      "A configured address leads to this machine, a private network or another address that is not on the public Internet.",
    advice: "Give an address on the public Internet, or allow private ones. Nothing was sent.",
  },
  ERR_KEY_SET_FETCH: {
    means: "The key set for verifying callbacks could not be fetched, or holds no usable key.",
    advice:
      "Check TRACKUNIT_JWKS_URL with `fleetkeeper doctor`. Callbacks are asked to retry until it answers.",
  },
} satisfies Record<string, Explanation>;
