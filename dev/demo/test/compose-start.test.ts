// What docker-compose.yml hands to each container, with the secrets that its `keys` writes, is a
// configuration it can start with.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOf } from "@fleetkeeper/runtime";
import { builtInSyncs, lacksScope } from "@fleetkeeper/syncs";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig as readApi } from "../../../services/api/src/config.ts";
import { readConfig as readBoard } from "../../../services/board/src/config.ts";
import {
  readOutbound,
  readVariables,
  type VariableName,
  variables,
} from "../../../services/cli/src/configuration.ts";
import { writeComposeSecrets } from "../../../services/cli/src/keys/compose-secrets.ts";
import { readConfig as readIngress } from "../../../services/ingress/src/config.ts";
import { readConfig as readWorker } from "../../../services/worker/src/config.ts";
import { readConfig as readSimulator } from "../../simulator/src/config.ts";
import { textOf } from "./variables.ts";

type Env = Record<string, string>;

const readers: Record<string, (env: Env) => unknown> = {
  ingress: readIngress,
  worker: readWorker,
  board: readBoard,
  api: readApi,
  simulator: readSimulator,
  cli: (env) => [readVariables(env, ...(Object.keys(variables) as VariableName[])), readOutbound(env)],
};

const folder = join(mkdtempSync(join(tmpdir(), "fleetkeeper-compose-")), "secrets");
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));
await writeComposeSecrets(folder, { namespace: "fleetkeeper", algorithm: "RSA-OAEP-256" });

const compose: { services: Record<string, { environment?: Record<string, string | null> }> } = parse(
  textOf("docker-compose.yml"),
  { merge: true },
);

test.each(
  Object.keys(readers).flatMap((name) => [".env.simulator", ".env.example"].map((file) => ({ name, file }))),
)("$name can start with $file and the secrets of `docker compose run --rm keys`", ({ name, file }) => {
  const given = { ...variablesIn(file) };
  if (file === ".env.example") given.TRACKUNIT_APP_IDS = "@fleetkeeper/demo";
  expect(faultsOf(() => readers[name]?.(environmentOf(name, given)))).toEqual([]);
});

test("with .env.simulator no built-in sync lacks a scope", () => {
  const scopes = (variablesIn(".env.simulator").TRACKUNIT_SCOPES ?? "").split(" ");
  expect(builtInSyncs.filter((sync) => lacksScope(sync, scopes)).map(({ name }) => name)).toEqual([]);
});

/** As Compose would set it: a variable without a value comes from `given`. */
function environmentOf(name: string, given: Env): Env {
  const stated = Object.entries(compose.services[name]?.environment ?? {});
  return Object.fromEntries(
    stated.map(([variable, value]) => [
      variable,
      value === null
        ? (given[variable] ?? "")
        : value
            .replace(/^\/run\/secrets/, folder)
            .replace(
              /\$\{([A-Z_]+)(?::-([^}]*)|:\?[^}]*)?\}/g,
              (_all, key, byDefault = "") => given[key] || byDefault,
            ),
    ]),
  );
}

function variablesIn(file: string): Env {
  return Object.fromEntries(
    [...textOf(file).matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}
