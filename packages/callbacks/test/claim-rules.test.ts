import { createHash } from "node:crypto";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import {
  acceptJsonOnly,
  type CallbackBody,
  type ClaimRules,
  checkClaims,
  claimsLike,
  noClaimRules,
} from "../src/index.ts";

const accountId = "01234567-89ab-4def-8123-456789abcdef";
const other = "11234567-89ab-4def-8123-456789abcdef";
const body: CallbackBody = { type: "INSTALLED", irisAppId: "@acme/tracker", accountId };
const codeOf = (claims: object, rules: Partial<ClaimRules> = {}, of = body) => {
  try {
    checkClaims({ ...claims }, of, { ...noClaimRules, ...rules });
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const contradicts = "ERR_IDENTITY_CONTRADICTS_BODY";

test.each([
  ["another account", { accountId: other }],
  ["another account in another spelling", { account_id: other }],
  ["another account under a URI", { "https://iris.trackunit.com/claims/accountId": other }],
  ["another app", { irisAppId: "@acme/other" }],
  ["another app as the audience", { aud: "@acme/other" }],
  ["other apps as the audience", { aud: ["@acme/other", "@acme/third"] }],
  ["an account that is a number", { accountId: 7 }],
  ["another account within a claim", { "https://iris.trackunit.com/claims": { AccountID: other } }],
  ["another account as an object", { account: { id: other, name: accountId } }],
  ["other accounts in a list of objects", { account: [{ id: other }, { id: other }] }],
  ["another app within a claim", { context: [[{ app: { id: "@acme/other" } }]] }],
])("a token that names %s is refused, unless contradictions are tolerated", (_what, claims) => {
  expect(codeOf(claims)).toBe(contradicts);
  expect(codeOf(claims, { contradictions: "tolerate" })).toBe("accepted");
});

test.each([
  ["nothing", {}],
  ["the account in capital letters", { accountId: accountId.toUpperCase() }],
  ["the app among other audiences", { aud: ["https://fleet.test", "@acme/tracker"] }],
  ["an audience that is no app", { aud: "https://fleet.test/appinstall" }],
  ["a subject, which may be a user", { sub: other }],
  ["an account that says nothing", { accountId: { deep: other } }],
  ["the account within a claim", { trackunit: { accountId } }],
  ["the account among others", { account: [{ id: other }, { id: accountId }] }],
  ["somebody else's id within a claim", { user: { id: other }, accountId: null }],
])("a token that names %s is accepted", (_what, claims) => {
  expect(codeOf(claims)).toBe("accepted");
});

test("of an account whose id is not a UUID, one in other letters is another", () => {
  const of = { ...body, accountId: "Acme" };
  expect(codeOf({ accountId: "Acme" }, {}, of)).toBe("accepted");
  expect(codeOf({ accountId: "ACME" }, {}, of)).toBe(contradicts);
});

test("a claim with a configured meaning must be there and say the same, also where contradictions are tolerated", () => {
  const rules = { claims: { accountId: "sub", irisAppId: "aud" }, contradictions: "tolerate" } as const;
  expect(codeOf({ sub: accountId, aud: "@acme/tracker" }, rules)).toBe("accepted");
  for (const claims of [
    { sub: other, aud: "@acme/tracker" },
    { aud: "@acme/tracker" },
    { sub: accountId, aud: "x" },
    { sub: [], aud: "@acme/tracker" },
  ])
    expect(codeOf(claims, rules)).toBe(contradicts);
  expect(codeOf({}, { claims: { accountId: "toString" } })).toBe(contradicts);
});

test("a claim over the body's bytes binds them", async () => {
  const app = fastify();
  acceptJsonOnly(app);
  const rules = { claims: { bodyHash: "body" } };
  app.post<{ Body: CallbackBody }>("/:hash", async ({ body: read, params }) =>
    codeOf({ body: decodeURIComponent((params as { hash: string }).hash) }, rules, read),
  );
  const payload = ` ${JSON.stringify(body)}\n`;
  const send = async (hash: string) =>
    (
      await app.inject({
        method: "POST",
        url: `/${encodeURIComponent(hash)}`,
        headers: { "content-type": "application/json" },
        payload,
      })
    ).body;
  const digest = (encoding: "hex" | "base64" | "base64url", text = payload) =>
    createHash("sha256").update(text).digest(encoding);
  for (const hash of [digest("hex"), digest("base64"), digest("base64url"), `sha256=${digest("hex")}`])
    expect(await send(hash)).toBe("accepted");
  expect(await send(digest("hex", JSON.stringify(body)))).toBe(contradicts);
});

test("an app with its own audience accepts no other's", () => {
  const rules = { audienceOfApp: { "@acme/tracker": ["one"], "@acme/other": ["two"] } };
  expect(codeOf({ aud: ["two", "one"] }, rules)).toBe("accepted");
  for (const aud of ["two", undefined]) expect(codeOf({ aud }, rules)).toBe("ERR_IDENTITY_CLAIM");
});

test("the claims that say the same as the body are found, for an operator to require", () => {
  expect(claimsLike({ sub: accountId, aud: ["@acme/tracker"], jti: "1" }, body)).toEqual({
    accountId: ["sub"],
    irisAppId: ["aud"],
    bodyHash: [],
  });
});

test("an app named like a property of every object has no audience of its own", () => {
  const of = { ...body, irisAppId: "constructor" };
  expect(codeOf({ aud: "anybody" }, { audienceOfApp: { "@acme/tracker": ["one"] } }, of)).toBe("accepted");
});
