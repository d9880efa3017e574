// One try at a password, from the login form or by HTTP Basic: limited, checked, logged.

import type { Log } from "@fleetkeeper/telemetry";
import type { FastifyRequest } from "fastify";
import { BoardError } from "../errors.ts";
import type { ClientOf, GuessLimit } from "./guess-limit.ts";
import type { Identity } from "./identity.ts";
import type { LoginAudit } from "./login-audit.ts";
import type { Passwords } from "./passwords.ts";

/** @throws ERR_WRONG_PASSWORD, ERR_TOO_MANY_TRIES */
export type TryPassword = (request: FastifyRequest, name: string, password: string) => Promise<Identity>;

export function createTryPassword(options: {
  passwords: Passwords;
  guessLimit: GuessLimit;
  clientOf: ClientOf;
  /** Says so when an unnamed proxy hides who guesses. */
  lookForProxy: (request: FastifyRequest) => unknown;
  loginAudit: Pick<LoginAudit, "refused">;
  log: Log;
}): TryPassword {
  const { passwords, guessLimit, clientOf, lookForProxy, loginAudit, log } = options;
  return async (request, name, password) => {
    lookForProxy(request);
    // An unknown name is not logged: people type their password into the wrong field.
    const user = passwords.isKnown(name) ? name : "";
    const client = clientOf(request, user);
    await guessLimit.take(client, user);
    const identity = passwords.check(name, password);
    if (identity === undefined) {
      log.warn({ user, address: request.ip }, "login refused");
      await loginAudit.refused(user, request.ip);
      throw new BoardError("ERR_WRONG_PASSWORD");
    }
    await guessLimit.giveBack(client, user);
    return identity;
  };
}
