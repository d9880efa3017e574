// The part of `bad-values.ts` that is about what a callback token must be.

export type Bad = readonly (readonly [value: string, says: string])[];

const stringOrUri: Bad = [
  ["two words", "holds a blank"],
  ["https//trackunit.test: x", "holds a blank"],
  [":no-uri", "not a URI"],
];

export const badCallbackValues: Readonly<Record<string, Bad>> = {
  CALLBACK_ISSUER: stringOrUri,
  CALLBACK_AUDIENCE: [...stringOrUri, ["@acme/tracker=a b", "holds a blank"]],
  CALLBACK_CLAIMS: [
    ["accountId", "not meaning=claim"],
    ["account=sub", "not meaning=claim"],
    ["accountId=a,accountId=b", "twice"],
  ],
  CALLBACK_CONTRADICTIONS: [["ignore", "is none of refuse, tolerate"]],
  CALLBACK_ACCOUNT_IDS: [["guid", "is none of uuid, any"]],
};
