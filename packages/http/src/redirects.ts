// Redirects are not followed: a request was meant for its own address.

import { RedirectError } from "./errors.ts";

const statuses = [301, 302, 303, 307, 308];

/** Whether a status is one of 301, 302, 303, 307 and 308. */
export function isRedirect(status: number): boolean {
  return statuses.includes(status);
}

/** @throws RedirectError */
export function refuseRedirect(status: number, location: string | undefined, base: string): void {
  if (isRedirect(status)) throw new RedirectError(status, originOf(location, base));
}

/** Only scheme, host and port: the rest of an address may hold a secret. */
function originOf(location: string | undefined, base: string): string | undefined {
  return location !== undefined && URL.canParse(location, base) ? new URL(location, base).origin : undefined;
}
