// Translates any thrown value into one line for a person, one object for a script, and an exit code. No
// secret passes.

import { NotFoundError, WrongStateError } from "@fleetkeeper/operator";
import { ConfigurationError } from "@fleetkeeper/runtime";
import { TooManyEndpointsError } from "@fleetkeeper/store";
import { redactText } from "@fleetkeeper/telemetry";
import { InvalidSigningKeyError } from "@fleetkeeper/webhooks";
import { CliError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface Fault {
  code: string;
  message: string;
  advice: string | undefined;
  exitCode: ExitCode;
}

export function faultOf(error: unknown): Fault {
  const fault = translate(error);
  return { ...fault, message: redactText(fault.message) };
}

function translate(error: unknown): Fault {
  if (error instanceof CliError) {
    const { code, message, advice, exitCode } = error;
    return { code, message, advice, exitCode };
  }
  if (error instanceof ConfigurationError)
    return {
      code: error.code,
      message: error.faults.join("; "),
      advice: "Set it in the environment or in .env; docs/configuration.md explains every variable.",
      exitCode: exitCodes.configuration,
    };
  if (error instanceof NotFoundError) return of(error, exitCodes.notFound);
  if (error instanceof WrongStateError) return of(error, exitCodes.wrongState);
  if (error instanceof InvalidSigningKeyError) return of(error, exitCodes.usage);
  if (error instanceof TooManyEndpointsError) return of(error, exitCodes.wrongState);
  const { code = "ERR_UNEXPECTED", message } = error as { code?: unknown; message?: string };
  return {
    code: typeof code === "string" ? code : "ERR_UNEXPECTED",
    message: message ?? String(error),
    advice: undefined,
    exitCode: isOutage(error) ? exitCodes.unreachable : exitCodes.failed,
  };
}

function of({ code, message }: { code: string; message: string }, exitCode: ExitCode): Fault {
  return { code, message, advice: undefined, exitCode };
}

/** A connection that was lost under way; the driver's own names. */
function isOutage(error: unknown): boolean {
  const name = error instanceof Error ? error.name : "";
  return ["MongoNetworkError", "MongoServerSelectionError", "MaxRetriesPerRequestError"].includes(name);
}
