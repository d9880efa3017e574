// Two projects: `unit` needs nothing but Node.js, `integration` talks to a real Redis and a real MongoDB
// server.
import { defineConfig } from "vitest/config";
import { closingLine } from "./vitest.reporter.ts";

export default defineConfig({
  test: {
    reporters: ["default", closingLine()],
    // For both projects, so that they share one queue: files of unit tests fill the places that the last long
    // files of integration tests leave. More than the cores: most files wait for servers more than they
    // compute.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,services,dev}/*/test/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts"],
          // Some start a process, which takes its time on a busy machine.
          testTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: "integration",
          include: ["{packages,services,dev}/*/test/**/*.integration.test.ts"],
          globalSetup: ["dev/local-stack/src/vitest-setup.ts", "services/board/test/find-chromium.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
          // On a busy machine a server may be slow once; the closing lines name each test that needed a
          // second try.
          retry: 1,
        },
      },
    ],
  },
});
