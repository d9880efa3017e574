import { expect, test } from "vitest";
import { basicCredentialsOf } from "../../src/auth/basic.ts";
import { createPasswords } from "../../src/auth/passwords.ts";

const passwords = createPasswords([
  { name: "olive", password: "olives-long-password", role: "operator" },
  { name: "victor", password: "victors-long-password", role: "viewer" },
]);

test("a user and the right password are an identity with the user's role", () => {
  expect(passwords.check("olive", "olives-long-password")).toEqual({ user: "olive", role: "operator" });
  expect(passwords.check("victor", "victors-long-password")).toEqual({ user: "victor", role: "viewer" });
});

test("no login succeeds with another's password, an empty one or an unknown name", () => {
  expect(passwords.check("olive", "victors-long-password")).toBeUndefined();
  expect(passwords.check("olive", "")).toBeUndefined();
  expect(passwords.check("", "olives-long-password")).toBeUndefined();
  expect(passwords.check("Olive", "olives-long-password")).toBeUndefined();
});

test("HTTP Basic credentials may have colons in the password", () => {
  const encoded = Buffer.from("olive:a:b").toString("base64");
  expect(basicCredentialsOf(`Basic ${encoded}`)).toEqual({ name: "olive", password: "a:b" });
});

test.each([undefined, "", "Bearer abc", "Basic", "Basic %%%", `Basic ${btoa("no colon")}`])(
  "%s holds no HTTP Basic credentials",
  (authorization) => {
    expect(basicCredentialsOf(authorization)).toBeUndefined();
  },
);
