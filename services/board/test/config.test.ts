import { ConfigurationError } from "@fleetkeeper/process";
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
    "BOARD_TRUSTED_PROXIES: holds something that is no address and no network",
  ]);
});
