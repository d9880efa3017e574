import { expect, test } from "vitest";
import { allowedOperation } from "../../../src/queues/bull-board/operations.ts";

const job = "/api/queues/:queueName/:jobId";

test("an operator may retry, promote and pause", () => {
  expect(allowedOperation("PUT", `${job}/retry`, { queueName: "install" })?.name).toBe("retry job");
  expect(allowedOperation("PUT", `${job}/promote`, { queueName: "sync" })?.name).toBe("promote job");
  expect(allowedOperation("PUT", "/api/queues/pause", {})?.name).toBe("pause all queues");
});

test.each([
  ["POST", "/api/queues/:queueName/add"],
  ["PATCH", `${job}/update-data`],
  ["PATCH", `${job}/delay`],
  ["PUT", "/api/queues/:queueName/empty"],
  ["PUT", "/api/queues/:queueName/obliterate"],
  ["PUT", "/api/queues/:queueName/clean/:queueStatus"],
  ["PUT", "/api/queues/:queueName/job-schedulers/:schedulerId/remove"],
  ["PUT", ""],
])("%s %s is off", (method, route) => {
  expect(allowedOperation(method, route, { queueName: "sync" })).toBeUndefined();
});

test("all failed jobs of a queue can be retried at once, but not all completed ones", () => {
  const route = "/api/queues/:queueName/retry/:queueStatus";
  expect(allowedOperation("PUT", route, { queueName: "sync", queueStatus: "failed" })).toBeDefined();
  expect(allowedOperation("PUT", route, { queueName: "sync", queueStatus: "completed" })).toBeUndefined();
});

test("an install job cannot be removed: its credential exists nowhere else", () => {
  expect(allowedOperation("PUT", `${job}/clean`, { queueName: "sync" })?.name).toBe("remove job");
  expect(allowedOperation("PUT", `${job}/clean`, { queueName: "install" })).toBeUndefined();
});
