// HTTP Basic credentials of a request, for curl and monitoring. RFC 7617.

export function basicCredentialsOf(
  authorization: string | undefined,
): { name: string; password: string } | undefined {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [name = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return rest.length === 0 ? undefined : { name, password: rest.join(":") };
}
