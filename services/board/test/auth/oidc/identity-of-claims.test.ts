import { expect, test } from "vitest";
import { roleOf, userOf } from "../../../src/auth/oidc/identity-of-claims.ts";
import type { OidcSettings } from "../../../src/auth/oidc/settings.ts";

const settings: OidcSettings = {
  issuer: new URL("https://login.example.com"),
  clientId: "fleetkeeper",
  clientSecret: "secret",
  publicUrl: new URL("https://board.example.com"),
  scopes: ["openid"],
  roleClaim: "roles",
  operatorRoles: ["admins", "on call"],
  viewerRoles: ["staff"],
};

test.each<[claims: Record<string, unknown>, role: string | undefined]>([
  [{ roles: ["staff"] }, "viewer"],
  [{ roles: ["staff", "on call"] }, "operator"],
  [{ roles: "admins" }, "operator"],
  [{ roles: "admins staff" }, undefined],
  [{ roles: ["Admins"] }, undefined],
  [{ roles: [] }, undefined],
  [{ roles: { admins: true } }, undefined],
  [{ roles: [["admins"], 1, null] }, undefined],
  [{ roles: null }, undefined],
  [{ groups: ["admins"] }, undefined],
  [{}, undefined],
])("the claims %j make a person: %s", (claims, role) => {
  expect(roleOf(claims, settings)).toBe(role);
});

test("the claim may be a path, and a name that holds dots", () => {
  const at = (roleClaim: string) => ({ ...settings, roleClaim });
  expect(roleOf({ realm_access: { roles: ["staff"] } }, at("realm_access.roles"))).toBe("viewer");
  expect(roleOf({ "https://a.example/roles": ["staff"] }, at("https://a.example/roles"))).toBe("viewer");
  expect(roleOf({ realm_access: null }, at("realm_access.roles"))).toBeUndefined();
  expect(roleOf({ a: "staff" }, at("a.constructor.name"))).toBeUndefined();
});

test.each<[claims: Record<string, unknown>, user: string | undefined]>([
  [{ preferred_username: "opal", email: "o@example.com", sub: "1" }, "opal"],
  [{ email: "o@example.com", sub: "1" }, "o@example.com"],
  [{ email: "o@example.com", email_verified: false, sub: "1" }, "1"],
  [{ preferred_username: "olive", sub: "1" }, "1"],
  [{ preferred_username: "opal\u202e", sub: "1" }, "1"],
  [{ preferred_username: "op\nal", sub: "1" }, "1"],
  [{ preferred_username: " opal", sub: "1" }, "1"],
  [{ preferred_username: "", sub: "1" }, "1"],
  [{ preferred_username: ["opal"], sub: "1" }, "1"],
  [{ preferred_username: "o".repeat(256), sub: "1" }, "1"],
  [{ sub: "olive" }, undefined],
])("the claims %j are the user %s", (claims, user) => {
  expect(userOf(claims, (name) => name === "olive")).toBe(user);
});
