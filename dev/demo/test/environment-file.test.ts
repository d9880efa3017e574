import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { environmentFile } from "../src/service-environments.ts";

test("the command line reads each value as the services do, with any characters in a password", () => {
  const env = {
    BOARD_PASSWORD: 'it\'s "long" # enough',
    TOKEN_KEY: '{"keys":[]}',
    BOARD_USER: "o'neil",
    OPS_PORT: "1",
  };
  const { OPS_PORT: _, ...expected } = env;
  expect(parseEnv(environmentFile([{ name: "board", readyUrl: "", env }]))).toEqual(expected);
});
