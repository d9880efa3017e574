// The names of fields and variables whose value is a secret.

/** Wherever they stand; compared without case, `-` and `_`. */
export const secretNames = [
  ...[
    "clientsecret",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secretaccesskey",
    "secretkey",
    "apikey",
    "privatekey",
    "sessionkey",
  ],
  ...[
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "sessiontoken",
    "authtoken",
    "bearertoken",
    "token",
    "clientassertion",
    "csrftoken",
  ],
  ...["authorization", "proxyauthorization", "trackunitidentity", "cookie", "setcookie"],
  ...["sealedcredential", "sealedbody", "sealingprivatekeys"],
];

/** Members of a JSON Web Key that only its owner may know (RFC 7518, section 6). */
export const jwkPrivateNames: ReadonlySet<string> = new Set(["d", "p", "q", "dp", "dq", "qi", "k", "oth"]);

const known = new Set(secretNames);

/**
 * Whether a field of this name is redacted, however it is written: `clientSecret`, `client-secret`,
 * `CLIENT_SECRET`.
 */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_]/g, "");
  return (
    known.has(plain) ||
    /(?:password|secret|(?:access|refresh|id|session|auth|bearer|csrf|api|device)token|apikey|secretkey|privatekeys?)$/.test(
      plain,
    )
  );
}
