// The document, and a fuzzer that reads it: `SCHEMATHESIS=<its program> SCHEMATHESIS_EXAMPLES=500` runs that
// too (`pip install schemathesis`, https://schemathesis.readthedocs.io/).

import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { refusalCodes } from "@fleetkeeper/callbacks";
import { generateTokenKey } from "@fleetkeeper/sealing";
import { webhookRefusalCodes } from "@fleetkeeper/webhooks";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { testWorld } from "./world.ts";

const fuzzer = process.env.SCHEMATHESIS;
const WEBHOOK_KEY = JSON.stringify({ keys: [generateTokenKey()] });
const examples = process.env.SCHEMATHESIS_EXAMPLES ?? "100";

async function setup(env: Record<string, string> = {}) {
  const world = await testWorld({ env });
  return world;
}

test("the ops port has a valid OpenAPI document with every address and every code, and the public port has none", async () => {
  const { opsUrl, url } = await setup({ WEBHOOK_KEY });
  const text = await (await fetch(`${opsUrl}/openapi.json`)).text();
  const document = JSON.parse(text);
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(Object.keys(document.paths)).toEqual(["/appinstall", "/webhooks/{endpointId}"]);
  for (const code of [...refusalCodes, ...webhookRefusalCodes]) expect(text).toContain(`"${code}"`);
  expect((await fetch(`${url}/openapi.json`)).status).toBe(404);
});

test("where there are no webhooks the document has none, and other account ids where they are taken", async () => {
  const { opsUrl } = await setup({ CALLBACK_ACCOUNT_IDS: "any" });
  const { paths } = (await (await fetch(`${opsUrl}/openapi.json`)).json()) as {
    paths: Record<string, unknown>;
  };
  expect(Object.keys(paths)).toEqual(["/appinstall"]);
  expect(JSON.stringify(paths)).not.toContain("{8}");
});

test.skipIf(!fuzzer)(
  "a fuzzer that knows the document finds no undocumented answer",
  { timeout: 900_000 },
  async () => {
    const world = await setup({ WEBHOOK_KEY, INGRESS_REFUSALS_PER_MINUTE: "1000000000" });
    const token = await world.simulator.signCallbackToken({}, { expiresInS: 86_400, issuedAt: null });
    const fuzz = async (path: string, ...more: string[]) => {
      const args = ["run", `${world.opsUrl}/openapi.json`, "--url", world.url, "--include-path", path];
      const header = ["--header", `Trackunit-Identity: ${token}`];
      const all = [...args, ...header, "--max-examples", examples, "--seed", "1", "--no-color", ...more];
      const run = promisify(execFile)(fuzzer ?? "", all, { maxBuffer: 2 ** 26, cwd: tmpdir() });
      const { stdout, code } = await run.then(
        ({ stdout }) => ({ stdout, code: 0 }),
        (error: { stdout: string; code: number }) => error,
      );
      process.stdout.write(stdout);
      expect(code, stdout).toBe(0);
    };
    await fuzz("/appinstall");
    // No schema says that a timestamp is of the last five minutes.
    await fuzz("/webhooks/{endpointId}", "--exclude-checks", "positive_data_acceptance");
    expect(await world.queued()).toHaveLength(1);
  },
);
