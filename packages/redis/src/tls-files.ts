// The files of TLS that a REDIS_URL names, by the names that a MONGODB_URL has for them.

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

/** The options of a URL that name files. */
export const tlsFileNames = ["tlsCAFile", "tlsCertificateKeyFile"] as const;

/** As Node.js takes them; all in PEM. Empty: the usual authorities, and no certificate of ours. */
export interface RedisTls {
  ca?: string;
  cert?: string;
  key?: string;
}

/** `faultOf` makes the error that is thrown of a message, which holds no path. */
export function readTlsFiles(
  paths: Partial<Record<(typeof tlsFileNames)[number], string>>,
  faultOf: (message: string, cause: unknown) => Error,
): RedisTls {
  const { tlsCAFile: authorities, tlsCertificateKeyFile: own } = paths;
  const tls: RedisTls = {};
  if (authorities !== undefined) tls.ca = contentOf("tlsCAFile", authorities);
  if (own !== undefined) {
    tls.cert = contentOf("tlsCertificateKeyFile", own);
    tls.key = tls.cert;
  }
  try {
    createSecureContext(tls);
    return tls;
  } catch (cause) {
    throw faultOf(
      "names TLS files that cannot be used: tlsCAFile holds certificates in PEM, tlsCertificateKeyFile a certificate and its key",
      cause,
    );
  }

  function contentOf(name: string, path: string): string {
    try {
      return readFileSync(path, "utf8");
    } catch (cause) {
      const { code = "unknown" } = cause as NodeJS.ErrnoException;
      throw faultOf(`names a ${name} that cannot be read (${code})`, cause);
    }
  }
}
