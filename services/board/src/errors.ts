// Why the board refuses a request: every code with its HTTP status and message. No message holds a secret or
// a user's input.

import { type ErrorDetails, FleetkeeperError, type Remedy } from "@fleetkeeper/model";

interface RefusalRule {
  status: number;
  message: string;
  /** Default `never`. */
  remedy?: "later";
}

const rules = {
  // No user is logged in.
  ERR_NOT_LOGGED_IN: { status: 401, message: "Log in first." },
  // User and password do not belong together; which of the two is wrong stays open.
  ERR_WRONG_PASSWORD: { status: 401, message: "User or password is wrong." },
  // Too many wrong guesses from here.
  ERR_TOO_MANY_TRIES: { status: 429, message: "Too many tries. Wait before the next one.", remedy: "later" },
  // The provider does not answer, or says that it cannot now.
  ERR_OIDC_AWAY: {
    status: 503,
    message: "The login service does not answer. Try again in a moment, or log in with a password.",
    remedy: "later",
  },
  // What came back belongs to no login that this browser has under way.
  ERR_OIDC_STATE: {
    status: 400,
    message: "This login took too long, was already used or began in another window. Begin again.",
  },
  // The provider says no, or the person went no further there.
  ERR_OIDC_DENIED: {
    status: 403,
    message: "The login service refused you, or you cancelled the login.",
  },
  // The provider's answer, or its ID token, does not pass the checks.
  ERR_OIDC_ANSWER: {
    status: 502,
    message: "The answer of the login service did not pass the checks here. The log says which one.",
  },
  // The provider knows the person; none of its roles is one of the board's.
  ERR_OIDC_NO_ROLE: {
    status: 403,
    message:
      "The login service knows you, but gives you no role for this board. Ask its administrator for one.",
  },
  // A request that changes something came from a page of another site, or its form's token is not ours.
  ERR_FORGED_REQUEST: {
    status: 403,
    message: "The request did not come from a page of this board, or that page was too old.",
  },
  // The role may look, not change.
  ERR_READ_ONLY_ROLE: { status: 403, message: "A viewer can see everything but change nothing." },
  // The Bull board offers it, this board does not.
  ERR_OPERATION_OFF: {
    status: 403,
    message: "This is turned off here: jobs are retried, promoted and paused, not added, edited or emptied.",
  },
  // What the server could not read, and that is none of the others.
  ERR_REQUEST: { status: 400, message: "The request cannot be read." },
  // A fault of ours.
  ERR_INTERNAL: { status: 500, message: "An unexpected error. The log says which." },
  ERR_NOT_FOUND: { status: 404, message: "There is no such page." },
  // An address of the list that no page of the list has.
  ERR_BAD_ADDRESS: { status: 400, message: "The address is damaged. Begin at the first page of the list." },
  // What was filled into a form cannot be used; the message says what can.
  ERR_BAD_FORM: { status: 400, message: "A value in the form is not valid." },
  // More live pages are open than this board serves; the page itself is there, and a reload brings it up to
  // date.
  ERR_TOO_MANY_STREAMS: {
    status: 503,
    message: "Too many pages are being updated at the same time.",
    remedy: "later",
  },
  // Each holds a part of the memory.
  ERR_TOO_MANY_FILES: {
    status: 503,
    message: "Too many files are being downloaded at the same time. Try again in a moment.",
    remedy: "later",
  },
  // MongoDB does not answer.
  ERR_STORE_DOWN: {
    status: 503,
    message: "MongoDB does not answer. The queues are still shown; try again when MongoDB is back.",
    remedy: "later",
  },
} satisfies Record<string, RefusalRule>;

export const boardErrorCodes = Object.keys(rules) as BoardErrorCode[];

export type BoardErrorCode = keyof typeof rules;

/** A refusal by its code: status and remedy are the table's. */
export class BoardError extends FleetkeeperError {
  readonly code: BoardErrorCode;
  readonly statusCode: number;
  readonly remedy: Remedy;

  /** `message`: instead of the table's, where it depends on the request. */
  constructor(code: BoardErrorCode, { message, ...details }: ErrorDetails & { message?: string } = {}) {
    const rule: RefusalRule = rules[code];
    super(message ?? rule.message, details);
    this.code = code;
    this.statusCode = rule.status;
    this.remedy = rule.remedy ?? "never";
  }

  get rule(): RefusalRule {
    return rules[this.code];
  }
}

/** Whether it is one of ours with one of these codes. */
export function isBoardError(error: unknown, ...codes: BoardErrorCode[]): error is BoardError {
  return error instanceof BoardError && codes.includes(error.code);
}

/** Whether a login by OpenID Connect led nowhere. */
export function isOidcError(error: unknown): error is BoardError {
  return error instanceof BoardError && error.code.startsWith("ERR_OIDC_");
}
