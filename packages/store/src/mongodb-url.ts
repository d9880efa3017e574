// What a MONGODB_URL must be, by the driver's own parser, and what that one lets pass and a server refuses
// later.

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { MongoClient } from "mongodb";
import { MongodbUrlError } from "./errors.ts";

/**
 * https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions; `@` shows a password that was
 * not encoded.
 */
const databaseName = /^[^\s/\\."$*<>:|?@#%\0]{1,63}$/;
const serversOwn = ["admin", "local", "config"];

/**
 * @throws MongodbUrlError, whose message says what is wrong and holds no more of the text than an option's
 * name.
 */
export function checkMongodbUrl(text: string): void {
  if (!/^mongodb(?:\+srv)?:\/\//.test(text))
    throw new MongodbUrlError("is not a URL that starts with mongodb:// or mongodb+srv://");
  if (/\s/.test(text)) throw new MongodbUrlError("holds a blank or a line break");
  const { dbName, hosts, tlsCAFile, tlsCertificateKeyFile, passphrase } = parsed(text);
  if (!databaseName.test(dbName))
    throw new MongodbUrlError(
      "names a database that no server accepts; percent-encode @, /, :, ? and # in user and password",
    );
  if (serversOwn.includes(dbName))
    throw new MongodbUrlError(
      `names the database ${dbName}, which belongs to the server: name one for Fleetkeeper, and the database to log in to by ?authSource=${dbName}`,
    );
  if (hosts.some(({ host }) => host !== undefined && !/^[\w.:-]+$/.test(host)))
    throw new MongodbUrlError("has a host that is not host:port");
  const certificate = contentOf("tlsCertificateKeyFile", tlsCertificateKeyFile);
  const ca = contentOf("tlsCAFile", tlsCAFile);
  try {
    createSecureContext({ ca, cert: certificate, key: certificate, passphrase });
  } catch (cause) {
    throw new MongodbUrlError(
      "names TLS files that cannot be used: tlsCAFile holds certificates in PEM, tlsCertificateKeyFile a certificate and its key",
      { cause },
    );
  }
}

function parsed(text: string): MongoClient["options"] {
  try {
    return new MongoClient(text).options;
  } catch (cause) {
    if (cause instanceof URIError || /URI malformed/.test((cause as Error).message))
      throw new MongodbUrlError("holds a % that does not begin an escape: write % itself as %25", { cause });
    if (/unescaped/i.test((cause as Error).message))
      throw new MongodbUrlError("holds a password with @, :, / or another character to percent-encode", {
        cause,
      });
    const option = optionIn(text, (cause as Error).message);
    throw new MongodbUrlError(
      option === undefined
        ? "is refused by MongoDB's driver: check hosts, ports, user and password"
        : `has an option that MongoDB's driver refuses: ${option}`,
      { cause },
    );
  }
}

/** Which option the driver speaks of. Its message itself may hold a password that was not encoded. */
function optionIn(text: string, message: string): string | undefined {
  const [, query = ""] = text.slice(text.lastIndexOf("@") + 1).split("?");
  const plain = message.toLowerCase().replaceAll(" ", "");
  return [...new URLSearchParams(query).keys()].find(
    (name) => /^\w{1,40}$/.test(name) && plain.includes(name.toLowerCase()),
  );
}

function contentOf(option: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    throw new MongodbUrlError(`names a ${option} that cannot be read (${code})`, { cause });
  }
}
