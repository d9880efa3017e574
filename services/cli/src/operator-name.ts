// Who acts, for the audit log: always recognisable as the command line.

import { userInfo } from "node:os";
import { UsageError } from "./errors.ts";

/** `cli:<name>`: the name given, or that of the user of this machine. */
export function operatorName(given: string | undefined): string {
  const name = given ?? systemUser();
  if (!/^[^\p{Cc}]{1,100}$/u.test(name))
    throw new UsageError("a name has 1 to 100 characters, none of them a control character");
  return `cli:${name}`;
}

/** A container's user may have no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
