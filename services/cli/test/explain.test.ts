import { expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

test.each(["ERR_API_FORBIDDEN", "err_api_forbidden"])(
  "explain %s says what it means and what to do",
  async (code) => {
    const { code: exitCode, stdout } = await runCli(["explain", code]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("may not read this resource");
    expect(stdout).toContain("TRACKUNIT_SCOPES");
  },
);

test("an answer to a callback is explained by what its sender was told", async () => {
  const { stdout } = await runCli(["explain", "ERR_TOKEN_REUSED", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    code: "ERR_TOKEN_REUSED",
    means: "A callback was refused with 409.",
    advice: expect.stringContaining("Sign a new token for a new body."),
  });
});

test("a code that there is not is found nowhere", async () => {
  const { code, stderr } = await runCli(["explain", "ERR_NOTHING"]);
  expect(code).toBe(3);
  expect(stderr).toContain("docs/errors.md");
});
