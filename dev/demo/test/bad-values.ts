// For each variable of each service: values that look right and cannot work, and a word of the message about
// them.

import { generateKeyPairSync } from "node:crypto";
import { generateSealingKey, generateSigningKey, generateTokenKey } from "@fleetkeeper/sealing";
import { type Bad, badCallbackValues } from "./bad-callback-values.ts";
import { badNotificationValues } from "./bad-notification-values.ts";

const { publicKey, privateKey } = await generateSealingKey({ algorithm: "ECDH-ES+A256KW" });
const signing = await generateSigningKey();
const [weak, another] = [1_024, 2_048].map((modulusLength) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength });
  const named = { kid: "k", alg: "RSA-OAEP-256" };
  return {
    public: { ...publicKey.export({ format: "jwk" }), ...named },
    private: { ...privateKey.export({ format: "jwk" }), ...named },
    pem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  };
});

/** What each service needs at least. */
export const sound = {
  REDIS_URL: "redis://127.0.0.1",
  MONGODB_URL: "mongodb://127.0.0.1/fleetkeeper",
  TRACKUNIT_APP_IDS: "@fleetkeeper/demo",
  SEALING_PUBLIC_KEY: JSON.stringify(publicKey),
  SEALING_PRIVATE_KEYS: JSON.stringify({ keys: [privateKey] }),
  TOKEN_KEY: JSON.stringify({ keys: [generateTokenKey()] }),
  INGRESS_SIGNING_KEY: JSON.stringify(signing.privateKey),
  INGRESS_VERIFICATION_KEYS: JSON.stringify({ keys: [signing.publicKey] }),
  BOARD_USER: "olive",
  BOARD_PASSWORD: "twelve-chars",
};

/** Refused in every variable but secrets, PEM and JSON. */
export const badEverywhere: Bad = [
  ['"in quotation marks"', "quotation marks"],
  ["two\nlines", ""],
];

const wholeNumber: Bad = [
  ["ten", "not a whole number"],
  ["1e3", "not a whole number"],
  ["0x10", "not a whole number"],
  ["-1", "not a whole number"],
  ["1.5", "not a whole number"],
  ["99999999999", "is not between"],
];
const fromOne: Bad = [...wholeNumber, ["0", "is not between"]];
const port: Bad = [...wholeNumber, ["65536", "is not between"]];
const host: Bad = [
  ["0.0.0.0:3000", "leave out port"],
  ["http://0.0.0.0", "leave out port"],
  ["[::]", "brackets"],
  ["a b", "nor a host name"],
];
const share: Bad = [
  ["1.1", "is more than 1"],
  ["20%", "is not a number"],
  ["-0.1", "is not a number"],
  ["0,5", "is not a number"],
];
const webUrl: Bad = [
  ["trackunit.test/path", "is not a URL"],
  ["ftp://trackunit.test", "is not a URL"],
  ["https:/trackunit.test", "is not a URL"],
  ["https://trackunit.test:port/", "is not a URL"],
  ["https://user:geheim1@trackunit.test/", "a user or a password"],
  ["https://trackunit.test/100%", "write % itself as %25"],
  ["https://trackunit.test/a b", "holds a blank"],
  ["https://trackunit.test/#part", "holds a fragment"],
];
const baseUrl: Bad = [...webUrl, ["https://trackunit.test/?tenant=7", "holds a query"]];
const publicPlainHttp: Bad = [
  ["http://auth.trackunit.com/apptoken", "plain HTTP to a public host"],
  ["http://192.0.2.7/", "plain HTTP to a public host"],
  ["http://[2001:db8::1]/", "plain HTTP to a public host"],
];
const scopes: Bad = [["asset.view,site.view", "put spaces between"]];
const proxy: Bad = [
  ["proxy.test:3128", "is not the URL of a proxy"],
  ["socks5://proxy.test", "is not the URL of a proxy"],
  ["http://user:50%geheim@proxy.test", "write % itself as %25"],
  ["http://user:ge/heim@proxy.test", "percent-encoded"],
  ["http://proxy.test/path", "leave out the path"],
];
const certificate: Bad = [
  ["/run/secrets/client.pem", "holds no certificate in PEM"],
  ["-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----", "cannot be read"],
  ["-----BEGIN CERTIFICATE-----\\nabc\\n-----END CERTIFICATE-----", "_FILE"],
];
const key: Bad = [
  ["/run/secrets/client.key", "holds no private key"],
  ["-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----", "holds no private key"],
  [String(another?.pem).replaceAll("\n", "\\n"), "_FILE"],
  [String(another?.pem), "beside it"],
];
const networks: Bad = [
  ["true", "neither an address nor a network"],
  ["10.0.0.0/33", "neither an address nor a network"],
  ["10.0.0.0/", "neither an address nor a network"],
  ["proxy.test", "neither an address nor a network"],
];
const sealingKey: Bad = [
  ["{", "is not JSON"],
  ["7", "is not a JSON object"],
  ["/run/secrets/sealing_key", "is not JSON"],
];
const password: Bad = [
  ["eleven-char", "fewer than 12 characters"],
  [" twelve-chars", "begins or ends with a blank"],
  ["twelve-chars\n", "begins or ends with a blank"],
  ["twelve\nchars", "line break"],
];

const symmetricKeys: Bad = [
  ...sealingKey,
  [JSON.stringify({ keys: [] }), "is not a set of symmetric keys"],
  [JSON.stringify(generateTokenKey()), "is not a set of symmetric keys"],
  [JSON.stringify({ keys: [privateKey] }), "not symmetric"],
  [JSON.stringify({ keys: [{ ...generateTokenKey(), k: "c2hvcnQ" }] }), "length is not 256 bits"],
];

export const badValues: Readonly<Record<string, Bad>> = {
  REDIS_URL: [
    ["http://127.0.0.1", "is not a URL that starts with redis://"],
    ["127.0.0.1:6379", "is not a URL that starts with redis://"],
    ["redis://user:50%geheim@127.0.0.1", "write % itself as %25"],
    ["redis://user:ge#heim@127.0.0.1", "written as %23"],
    ["redis://127.0.0.1/first", "not a database number"],
    ["redis://127.0.0.1:99999", "a port that is not"],
    ["redis://127.0.0.1?family=6", "holds a query"],
    ["rediss://127.0.0.1?tlsCAFile=/nowhere/ca.pem", "a tlsCAFile that cannot be read (ENOENT)"],
    ["rediss://127.0.0.1?tlsCertificateKeyFile=package.json", "TLS files that cannot be used"],
    ["redis://user@127.0.0.1", "a user without a password"],
    ["redis://a.test,b.test", "names several hosts"],
    ["redis://127.0.0.1 6379", "holds a blank"],
    ["redis+cluster://127.0.0.1/3", "database 0 only"],
    ["redis+sentinel://127.0.0.1", "names no Sentinel group"],
  ],
  REDIS_NAMESPACE: [
    ["Fleetkeeper", "lower-case letters"],
    ["fleet:keeper", "lower-case letters"],
    ["fleet{keeper}", "lower-case letters"],
    ["f".repeat(41), "lower-case letters"],
  ],
  MONGODB_URL: [
    ["http://127.0.0.1", "is not a URL that starts with mongodb://"],
    ["127.0.0.1:27017", "is not a URL that starts with mongodb://"],
    ["mongodb://", "is refused by MongoDB's driver"],
    ["mongodb://user:50%geheim@127.0.0.1/a", "write % itself as %25"],
    ["mongodb://user:ge/heim@127.0.0.1/a", ""],
    ["mongodb://user:ge@heim/x@127.0.0.1/a", "percent-encode"],
    ["mongodb://user:ge:heim@127.0.0.1/a", "percent-encode"],
    ["mongodb://127.0.0.1:99999/a", "is refused by MongoDB's driver"],
    ["mongodb://127.0.0.1/a/", "a database that no server accepts"],
    ["mongodb://127.0.0.1/a b", "holds a blank"],
    ["mongodb://user:geheim1@127.0.0.1/admin", "?authSource=admin"],
    ["mongodb://127.0.0.1/a?readPreference=nearly", "readPreference"],
    ["mongodb://127.0.0.1/a?sslish=true", "sslish"],
    ["mongodb://127.0.0.1/a?tls=true&tlsCAFile=/nowhere/ca.pem", "a tlsCAFile that cannot be read (ENOENT)"],
    ["mongodb://127.0.0.1/a?tls=true&tlsCertificateKeyFile=package.json", "TLS files that cannot be used"],
  ],
  TRACKUNIT_APP_IDS: [
    ["demo", "not an app id"],
    ["@fleetkeeper/demo @fleetkeeper/other", "with commas"],
    ["@fleetkeeper/demo;@fleetkeeper/other", "not an app id"],
    [" , ", "names nothing"],
  ],
  TRACKUNIT_JWKS_URL: [...webUrl, ...publicPlainHttp],
  TRACKUNIT_TOKEN_URL: [...webUrl, ...publicPlainHttp],
  TRACKUNIT_API_URL: [...baseUrl, ...publicPlainHttp],
  TRACKUNIT_SCOPES: scopes,
  TRACKUNIT_ACCOUNT_QUERY: [
    ["/me", "is not JSON"],
    ['{"path":"/me"}', "is neither"],
    ['{"path":"me","field":"id"}', "is neither"],
    ['{"path":"/me","field":"id","nameField":""}', "is neither"],
  ],
  PREVIOUS_CREDENTIAL_DAYS: [...wholeNumber, ["367", "is not between"]],
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  NO_PROXY: [["http://trackunit.test", "name hosts"]],
  TRACKUNIT_CLIENT_CERTIFICATE: certificate,
  TRACKUNIT_CLIENT_KEY: key,
  PROXY_CLIENT_CERTIFICATE: certificate,
  PROXY_CLIENT_KEY: key,
  ...badCallbackValues,
  CALLBACK_MAX_AGE_S: [...fromOne, ["5m", "not a whole number"]],
  KEY_SET_MAX_STALE_S: fromOne,
  SEALING_PUBLIC_KEY: [
    ...sealingKey,
    [JSON.stringify(privateKey), "is a private key; give its public half"],
    [JSON.stringify({ keys: [publicKey] }), "is a set of keys"],
    [JSON.stringify({ ...publicKey, kid: undefined }), "kid"],
    [JSON.stringify({ ...publicKey, use: "sig" }), "another use"],
    [JSON.stringify({ ...publicKey, alg: "ES256" }), "another algorithm"],
    [JSON.stringify({ ...publicKey, x: "AAAA" }), "is not a public key"],
    [JSON.stringify(weak?.public), "RSA keys have 2048 bits or more"],
  ],
  SEALING_PRIVATE_KEYS: [
    ...sealingKey,
    ['{"keys":[]}', "is not a set of private keys"],
    [JSON.stringify(privateKey), "is not a set of private keys"],
    [JSON.stringify({ keys: [publicKey] }), "not private"],
    [JSON.stringify({ keys: [privateKey, privateKey] }), "the same key id"],
    [JSON.stringify({ keys: [weak?.private] }), "RSA keys have 2048 bits or more"],
  ],
  INGRESS_PUBLIC_URL: [...webUrl, ...publicPlainHttp],
  TOKEN_KEY: symmetricKeys,
  WEBHOOK_KEY: symmetricKeys,
  NOTIFY_ADDRESSES: [["private", "is none of public, any"]],
  ...badNotificationValues,
  INGRESS_SIGNING_KEY: [
    ...sealingKey,
    [JSON.stringify(signing.publicKey), "is not a private Ed25519 key"],
    [JSON.stringify(privateKey), "is not a private Ed25519 key"],
    [JSON.stringify({ ...signing.privateKey, kid: undefined }), "kid"],
  ],
  INGRESS_VERIFICATION_KEYS: [
    ...sealingKey,
    ['{"keys":[]}', "is not a set of public keys"],
    [JSON.stringify(signing.publicKey), "is not a set of public keys"],
    [JSON.stringify({ keys: [signing.privateKey] }), "give its public half"],
    [JSON.stringify({ keys: [publicKey] }), "is not a public Ed25519 key"],
  ],
  API_HOST: host,
  API_PORT: port,
  API_KEY_REQUESTS_PER_SECOND: fromOne,
  BOARD_HOST: host,
  BOARD_PORT: port,
  BOARD_USER: [["a:b", "a colon"]],
  BOARD_PASSWORD: password,
  BOARD_VIEWER_USER: [
    ["a:b", "a colon"],
    ["olive", "the same as BOARD_USER"],
  ],
  BOARD_VIEWER_PASSWORD: password,
  BOARD_SESSION_KEY: [
    ["k".repeat(31), "fewer than 32 characters"],
    [`${"k".repeat(32)} `, "begins or ends with a blank"],
  ],
  BOARD_SECURE_COOKIES: [["maybe", "neither true nor false"]],
  BOARD_TRUSTED_PROXIES: networks,
  BOARD_PUBLIC_URL: [...baseUrl, ["http://board.test", "plain HTTP to another machine"]],
  BOARD_OIDC_ISSUER: [
    ...baseUrl,
    ["http://login.test", "plain HTTP to another machine"],
    ["https://login.test/.well-known/openid-configuration", "the address of the metadata"],
  ],
  BOARD_OIDC_CLIENT_ID: [["fleetkeeper", "beside it"]],
  BOARD_OIDC_CLIENT_SECRET: [
    [" geheim1", "begins or ends with a blank"],
    ["geheim1", "beside it"],
  ],
  BOARD_OIDC_CLIENT_CERTIFICATE: certificate,
  BOARD_OIDC_CLIENT_KEY: key,
  BOARD_OIDC_SCOPES: [...scopes, ["profile", "lacks openid"]],
  BOARD_OIDC_ROLE_CLAIM: [],
  BOARD_OIDC_OPERATOR_ROLES: [[",", "names nothing"]],
  BOARD_OIDC_VIEWER_ROLES: [[",", "names nothing"]],
  SYNC_MODULES: [[",", "names nothing"]],
  SYNC_CONCURRENCY: fromOne,
  SYNC_BACKLOG: fromOne,
  SYNC_SLICE_PAGES: fromOne,
  SYNC_SLICE_MS: [...fromOne, ["10s", "not a whole number"]],
  SYNC_LEASE_MS: fromOne,
  SYNC_PAGE_MS: fromOne,
  MISSING_SHARE: share,
  MISSING_RECORDS: fromOne,
  MISSING_PASSES: [...wholeNumber, ["1", "is not between"]],
  PREWARM_CONCURRENCY: fromOne,
  INGRESS_HOST: host,
  INGRESS_PATH: [
    ["fleetkeeper", "a slash before each part"],
    ["https://trackunit.test/fleetkeeper", "not a path such as /fleetkeeper"],
    ["/fleetkeeper?x=1", "not a path"],
    ["/fleetkeeper//appinstall", "not a path"],
    ["/../fleetkeeper", "not a path"],
    ["/fleet keeper", "not a path"],
  ],
  INGRESS_PORT: port,
  INGRESS_TRUSTED_PROXIES: networks,
  INGRESS_CONNECTIONS_PER_ADDRESS: fromOne,
  INGRESS_REFUSALS_PER_MINUTE: fromOne,
  INGRESS_WAIT_REPLICAS: [...wholeNumber, ["11", "is not between"]],
  OPS_HOST: host,
  OPS_PORT: port,
  LOG_LEVEL: [
    ["verbose", "expected one of"],
    ["INFO", "expected one of"],
  ],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    ...baseUrl,
    ...publicPlainHttp,
    ["https://traces.test/v1/traces", "which is appended"],
  ],
  OTEL_TRACES_SAMPLER_ARG: share,
};
