import { NotFoundError, WrongStateError } from "@fleetkeeper/operator";
import { ConfigurationError } from "@fleetkeeper/runtime";
import { expect, test } from "vitest";
import { KeysError, UsageError } from "../src/errors.ts";
import { faultOf } from "../src/fault-of.ts";

test("each kind of error has its exit code", () => {
  expect(faultOf(new UsageError("no"))).toMatchObject({ code: "ERR_USAGE", exitCode: 2 });
  expect(faultOf(new NotFoundError("no"))).toMatchObject({ code: "ERR_NOT_FOUND", exitCode: 3 });
  expect(faultOf(new WrongStateError("no"))).toMatchObject({ code: "ERR_WRONG_STATE", exitCode: 7 });
  expect(faultOf(new ConfigurationError(["A: is not set", "B: is wrong"]))).toMatchObject({
    message: "A: is not set; B: is wrong",
    exitCode: 78,
  });
  expect(faultOf(new KeysError("no", { advice: "Do." }))).toMatchObject({ advice: "Do.", exitCode: 1 });
  expect(faultOf(new Error("what"))).toMatchObject({ code: "ERR_UNEXPECTED", exitCode: 1 });
});

test("no secret passes through the message of an error", () => {
  const { message } = faultOf(new Error("mongodb://user:geheim@host client_secret=geheim"));
  expect(message).not.toContain("geheim");
});
