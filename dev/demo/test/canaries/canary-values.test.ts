import { expect, test } from "vitest";
import { variables as ofCommands } from "../../../../services/cli/src/configuration.ts";
import { documentedRows } from "../variables.ts";
import { makeCanaries, plainVariables } from "./canary-values.ts";

test("each variable of the configuration's tables has a canary, or is known to hold no secret", async () => {
  const url = "http://127.0.0.1";
  const { values } = await makeCanaries({
    ...{ redisUrl: url, mongodbUrl: url, keySetUrl: url, tokenUrl: url, proxyUrl: url },
  });
  const known = [...Object.keys(values), ...plainVariables];
  const read = [...[...documentedRows().values()].flat().map(({ name }) => name), ...Object.keys(ofCommands)];
  expect([...new Set(read)].filter((name) => !known.includes(name))).toEqual([]);
  const secretByName = /PASSWORD|SECRET|PRIVATE|(?<!PUBLIC|VERIFICATION|API)_KEYS?$|^(?:REDIS|MONGODB)_URL/;
  expect(
    plainVariables.filter(
      (name) => secretByName.test(name) && !/^(?:SEALING_PUBLIC|INGRESS_VERI)/.test(name),
    ),
  ).toEqual([]);
});
