import { expect, test } from "vitest";
import { accountIdOf, installationIdOf } from "../src/index.ts";

test("an installation id is readable", () => {
  expect(installationIdOf("@organization/appname", "6b5cb246-7945-4bb6-bec5-2a1413ffd1b3")).toBe(
    "@organization.appname.6b5cb246-7945-4bb6-bec5-2a1413ffd1b3",
  );
});

test("different pairs of app and account give different ids", () => {
  const pairs = [
    ["@a/b", "c"],
    ["@a", "b/c"],
    ["@a.b", "c"],
    ["@a/b.c", ""],
    ["@a/b/c", ""],
    ["@a", "b.c"],
    ["@a/b%2Ec", ""],
  ] as const;
  expect(new Set(pairs.map(([app, account]) => installationIdOf(app, account))).size).toBe(pairs.length);
});

test("an installation id holds neither a colon nor a slash nor is it an integer", () => {
  const id = installationIdOf("12:3", "45/é");
  expect(id).toBe("12%3A3.45%2F%C3%A9");
});

test("the account's id can be told from an installation id, as it was spelt", () => {
  for (const accountId of ["6b5cb246-7945-4bb6-bec5-2a1413ffd1b3", "45/é.x", "a%b"])
    expect(accountIdOf(installationIdOf("@organization/app.name", accountId))).toBe(accountId);
  for (const text of ["", "assets", "@organization", "@a.b.%E9"]) expect(accountIdOf(text)).toBeUndefined();
});
