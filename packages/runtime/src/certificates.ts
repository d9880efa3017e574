// Certificates and keys of TLS in the configuration: each is parsed by Node.js, and a pair must belong
// together.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { z } from "zod";

const oneCertificate = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----.+?-----END (?:TRUSTED )?CERTIFICATE-----/gs;
const lostLineBreaks =
  "has lost its line breaks, as in a variable with \\n; give the path of the file by its _FILE variable instead";

/**
 * `PREFIX_CERTIFICATE` and `PREFIX_KEY`, in PEM: what this process shows to a server that asks for a
 * certificate.
 */
export function certificateVariables<Prefix extends string>(prefix: Prefix) {
  return { [`${prefix}_CERTIFICATE`]: pem(certificateFault), [`${prefix}_KEY`]: pem(keyFault) } as Record<
    `${Prefix}_CERTIFICATE` | `${Prefix}_KEY`,
    ReturnType<typeof pem>
  >;
}

/**
 * For a schema's `superRefine`: of each prefix, both variables or none, and the key is that of the
 * certificate.
 */
export function certificatePairs(...prefixes: string[]) {
  return (values: Record<string, unknown>, context: z.RefinementCtx) => {
    for (const prefix of prefixes) {
      const [certificateName, keyName] = [`${prefix}_CERTIFICATE`, `${prefix}_KEY`] as const;
      const { [certificateName]: cert, [keyName]: key } = values as Record<string, string | undefined>;
      const fault = (name: string, message: string) =>
        context.addIssue({ code: "custom", path: [name], message });
      if (cert === undefined && key === undefined) continue;
      if (cert === undefined) fault(keyName, `needs ${certificateName} beside it, or neither of them`);
      else if (key === undefined) fault(certificateName, `needs ${keyName} beside it, or neither of them`);
      else if (!belongTogether(cert, key)) fault(keyName, `is not the key of ${certificateName}`);
    }
  };
}

/** The pair for a TLS connection; undefined where it is not configured. */
export function certificateOf(certificate: string | undefined, key: string | undefined) {
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/**
 * Node.js continues without a file of authorities that it cannot read, and refuses every certificate later.
 */
export function authoritiesFault(path: string | undefined): string[] {
  if (!path) return [];
  const name = "NODE_EXTRA_CA_CERTS";
  try {
    const fault = certificateFault(readFileSync(path, "utf8"));
    return fault === undefined ? [] : [`${name}: its file ${fault}`];
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return [`${name}: its file cannot be read (${code}); name one that this process may read`];
  }
}

function pem(faultIn: (text: string) => string | undefined) {
  return z
    .string()
    .trim()
    .superRefine((text, context) => {
      const fault = text.includes("\\n") ? lostLineBreaks : faultIn(text);
      if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    })
    .optional();
}

function certificateFault(text: string): string | undefined {
  const found: string[] = text.match(oneCertificate) ?? [];
  if (found.length === 0) return "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  const unreadable = found.findIndex((one) => !isCertificate(one));
  return unreadable === -1
    ? undefined
    : `holds a certificate that cannot be read, number ${unreadable + 1} of ${found.length}`;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

function keyFault(text: string): string | undefined {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
    return "is encrypted; give it without a passphrase, in a file that only this process may read";
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return "holds no private key in PEM that can be read (-----BEGIN PRIVATE KEY-----)";
  }
}

function belongTogether(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
