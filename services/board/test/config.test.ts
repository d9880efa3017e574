import { ConfigurationError } from "@fleetkeeper/runtime";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

const valid = {
  REDIS_URL: "redis://localhost",
  MONGODB_URL: "mongodb://a:27017,b:27017/",
  BOARD_USER: "olive",
  BOARD_PASSWORD: "twelve-chars",
};

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

test("the smallest configuration is a Redis, a MongoDB, a user and a password", () => {
  expect(readConfig(valid)).toMatchObject({
    namespace: "fleetkeeper",
    host: "127.0.0.1",
    port: 3001,
    users: [{ name: "olive", role: "operator" }],
    secureCookies: false,
  });
});

test("without a password, or with a short one, there is no board", () => {
  expect(faultsOf({ ...valid, BOARD_PASSWORD: undefined })).toEqual(["BOARD_PASSWORD: is not set"]);
  expect(faultsOf({ ...valid, BOARD_PASSWORD: "eleven-char" })).toEqual([
    "BOARD_PASSWORD: has fewer than 12 characters",
  ]);
});

test("where a provider lets people in, there need be no password, and then there is no login by one", () => {
  const { BOARD_USER, BOARD_PASSWORD, ...servers } = valid;
  const oidc = {
    BOARD_OIDC_ISSUER: "https://id.example",
    BOARD_OIDC_CLIENT_ID: "board",
    BOARD_OIDC_CLIENT_SECRET: "secret",
    BOARD_PUBLIC_URL: "https://board.example",
  };
  // As the Compose file has it, names stay while the files of the passwords are empty.
  for (const names of [{}, { BOARD_USER }, { BOARD_USER, BOARD_VIEWER_USER: "v" }])
    expect(readConfig({ ...servers, ...names, ...oidc }).users).toEqual([]);
  expect(readConfig({ ...valid, ...oidc }).users).toHaveLength(1);
  expect(faultsOf({ ...servers, ...oidc, BOARD_PASSWORD })).toEqual(["BOARD_USER: is not set"]);
  const { BOARD_PUBLIC_URL: _, ...partly } = oidc;
  expect(faultsOf({ ...servers, ...partly })).toEqual([
    "BOARD_USER: is not set",
    "BOARD_PASSWORD: is not set",
    "BOARD_OIDC_ISSUER: needs BOARD_PUBLIC_URL beside it, or none of them",
  ]);
});

test("cookies are secure wherever the board can be reached from other machines", () => {
  expect(readConfig({ ...valid, BOARD_HOST: "0.0.0.0" }).secureCookies).toBe(true);
  expect(readConfig({ ...valid, BOARD_HOST: "::1" }).secureCookies).toBe(false);
  expect(readConfig({ ...valid, BOARD_HOST: "0.0.0.0", BOARD_SECURE_COOKIES: "false" }).secureCookies).toBe(
    false,
  );
});

test("a viewer needs a name of their own and a password", () => {
  expect(
    readConfig({ ...valid, BOARD_VIEWER_USER: "v", BOARD_VIEWER_PASSWORD: "twelve-chars" }).users,
  ).toHaveLength(2);
  expect(faultsOf({ ...valid, BOARD_VIEWER_USER: "v" })).toEqual(["BOARD_VIEWER_PASSWORD: is not set"]);
  expect(faultsOf({ ...valid, BOARD_VIEWER_PASSWORD: "twelve-chars" })).toEqual([
    "BOARD_VIEWER_USER: is not set",
  ]);
  expect(faultsOf({ ...valid, BOARD_VIEWER_USER: "olive", BOARD_VIEWER_PASSWORD: "twelve-chars" })).toEqual([
    "BOARD_VIEWER_USER: is the same as BOARD_USER",
  ]);
});

test("a user name that HTTP Basic cannot carry is a fault", () => {
  expect(faultsOf({ ...valid, BOARD_USER: "a:b" })).toEqual([
    "BOARD_USER: holds a colon or a control character",
  ]);
});

test("only addresses and networks are trusted as proxies", () => {
  const proxies = (list: string) => ({ ...valid, BOARD_TRUSTED_PROXIES: list });
  expect(readConfig(proxies("10.0.0.0/8, ::1")).trustedProxies).toEqual(["10.0.0.0/8", "::1"]);
  expect(faultsOf(proxies("true"))).toEqual([
    "BOARD_TRUSTED_PROXIES: holds something that is neither an address nor a network",
  ]);
});

const oidc = {
  BOARD_PUBLIC_URL: "https://board.example.com",
  BOARD_OIDC_ISSUER: "https://login.example.com/realms/fleet",
  BOARD_OIDC_CLIENT_ID: "fleetkeeper",
  BOARD_OIDC_CLIENT_SECRET: "secret",
};

test("OpenID Connect needs four variables; scopes, claim and roles have defaults", () => {
  expect(readConfig(valid).oidc).toBeUndefined();
  expect(readConfig({ ...valid, ...oidc }).oidc).toEqual({
    issuer: new URL("https://login.example.com/realms/fleet"),
    clientId: "fleetkeeper",
    clientSecret: "secret",
    publicUrl: new URL("https://board.example.com/"),
    scopes: ["openid", "profile", "email"],
    roleClaim: "roles",
    operatorRoles: ["fleetkeeper-operator"],
    viewerRoles: ["fleetkeeper-viewer"],
  });
  const roles = { BOARD_OIDC_OPERATOR_ROLES: "fleet admins, on call", BOARD_OIDC_SCOPES: "openid groups" };
  expect(readConfig({ ...valid, ...oidc, ...roles }).oidc).toMatchObject({
    operatorRoles: ["fleet admins", "on call"],
    scopes: ["openid", "groups"],
  });
});

test("half of OpenID Connect is one fault, which names what is missing", () => {
  const { BOARD_OIDC_ISSUER, BOARD_OIDC_CLIENT_ID } = oidc;
  expect(faultsOf({ ...valid, BOARD_OIDC_ISSUER, BOARD_OIDC_CLIENT_ID })).toEqual([
    "BOARD_OIDC_ISSUER: needs BOARD_OIDC_CLIENT_SECRET and BOARD_PUBLIC_URL beside it, or none of them",
  ]);
});

test.each([
  ["BOARD_OIDC_ISSUER", "http://login.example.com", "is plain HTTP to another machine"],
  ["BOARD_OIDC_ISSUER", "http://127.0.0.1.example.com", "is plain HTTP to another machine"],
  ["BOARD_OIDC_ISSUER", "https://user:password@login.example.com", "holds a user"],
  ["BOARD_OIDC_ISSUER", "https://login.example.com/.well-known/openid-configuration", "of the metadata"],
  ["BOARD_PUBLIC_URL", "http://board.example.com", "is plain HTTP to another machine"],
  ["BOARD_OIDC_SCOPES", "profile", "lacks openid"],
])("%s cannot be %s", (name, value, fault) => {
  expect(faultsOf({ ...valid, ...oidc, [name]: value })).toEqual([expect.stringContaining(fault)]);
});

test("on this machine plain HTTP will do, for the board and for the provider", () => {
  const here = {
    BOARD_PUBLIC_URL: "http://127.0.0.1:3001",
    BOARD_OIDC_ISSUER: "http://localhost:8080/realms/a",
  };
  expect(faultsOf({ ...valid, ...oidc, ...here })).toEqual([]);
});

test("behind a public address with https cookies are secure, also with what docker-compose.yml sets", () => {
  const BOARD_SECURE_COOKIES = "false";
  const read = (BOARD_PUBLIC_URL: string) =>
    readConfig({ ...valid, BOARD_HOST: "0.0.0.0", BOARD_PUBLIC_URL, BOARD_SECURE_COOKIES }).secureCookies;
  expect(read("https://board.example.com")).toBe(true);
  expect(read("http://127.0.0.1:3001")).toBe(false);
});
