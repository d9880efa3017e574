// Ends a test run with one plain line, `273 passed, 0 failed`, for people and programs to read; before it, a
// line for each test that passed at its second try only.

import type { Reporter, TestModule } from "vitest/node";

/**
 * A file that cannot be loaded, a hook that fails and an error outside of any test count as failed, each as
 * one.
 */
export function closingLine(): Reporter {
  let line = "0 passed, 0 failed";
  let retried: string[] = [];
  // Last of all: also after what the servers say when they end.
  process.once("exit", () => process.stdout.write(`${[...retried, line].join("\n")}\n`));
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const states = tests.map((test) => test.result().state);
      retried = tests
        .filter((test) => test.ok() && (test.diagnostic()?.retryCount ?? 0) > 0)
        .map((test) => `passed at the second try: ${test.module.relativeModuleId} > ${test.fullName}`);
      const count = (wanted: string) => states.filter((state) => state === wanted).length;
      const failed = count("failed") + modules.flatMap(errorsOf).length + unhandledErrors.length;
      const skipped = count("skipped") + count("pending");
      line = `${count("passed")} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
    },
  };
}

function errorsOf(module: TestModule): unknown[] {
  return [module, ...module.children.allSuites()].flatMap((suite) => suite.errors());
}
