import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

test("without variables there are three accounts on port 4000", () => {
  expect(readConfig({})).toMatchObject({ accounts: 3, options: { port: 4000 } });
});

test("every variable is read, and an empty one counts as unset", () => {
  const config = readConfig({
    SIMULATOR_HOST: "0.0.0.0",
    SIMULATOR_PORT: "4001",
    SIMULATOR_CALLBACK_URL: "http://ingress:3000/appinstall",
    SIMULATOR_APP_ID: "@acme/app",
    SIMULATOR_SEED: "",
    SIMULATOR_ACCOUNTS: "7",
  });
  expect(config.accounts).toBe(7);
  expect(config.options).toMatchObject({ host: "0.0.0.0", port: 4001, app: "@acme/app", seed: undefined });
});

test("all faults are reported at once", () => {
  const env = { SIMULATOR_PORT: "99999", SIMULATOR_CALLBACK_URL: "nowhere", SIMULATOR_ACCOUNTS: "-1" };
  expect(() => readConfig(env)).toThrow(/SIMULATOR_CALLBACK_URL.*SIMULATOR_PORT.*SIMULATOR_ACCOUNTS/);
});
