// The id of an installation: readable, and valid as a MongoDB `_id`, a Redis key part and a BullMQ job id
// part.

/** One account's grant to one app: `@organization.appname.<account id>`. */
export type InstallationId = string & { readonly __brand: "InstallationId" };

/**
 * Builds the id from Trackunit's two names. Different pairs give different ids: every character
 * except letters, digits, `@`, `_` and `-` is percent-encoded, and the first `/` becomes `.`.
 * The result never holds `:` and is never an integer.
 */
export function installationIdOf(irisAppId: string, accountId: string): InstallationId {
  return `${installationIdPrefix(irisAppId)}.${encode(accountId)}` as InstallationId;
}

/** What the ids of all installations of apps whose name begins like this begin with. */
export function installationIdPrefix(appPrefix: string): string {
  const [organization = "", ...rest] = appPrefix.split("/");
  return rest.length === 0 ? encode(organization) : `${encode(organization)}.${encode(rest.join("/"))}`;
}

/** The account's id as Trackunit spells it; undefined where the text is not an installation id. */
export function accountIdOf(installationId: string): string | undefined {
  const [, accountId] = /^@.*\.([^.]+)$/.exec(installationId) ?? [];
  try {
    return accountId === undefined ? undefined : decodeURIComponent(accountId);
  } catch {
    return undefined;
  }
}

/** The app's name, `@organization/appname`; undefined where the text is not an installation id. */
export function irisAppIdOf(installationId: string): string | undefined {
  const [, app] = /^(@.*)\.[^.]+$/.exec(installationId) ?? [];
  try {
    return app?.split(".").map(decodeURIComponent).join("/");
  } catch {
    return undefined;
  }
}

/** Takes a text that is already an installation id, for instance from a job or the database. */
export function asInstallationId(text: string): InstallationId {
  return text as InstallationId;
}

function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9@_-]/gu, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""),
  );
}
