// A process of its own that sends one request and prints what came: NODE_EXTRA_CA_CERTS is read when Node.js
// starts.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ConnectionsOptions, createConnections, sendOutbound } from "../src/index.ts";

/** @returns the answer's text, or the error's code and that of its cause. */
export async function sendInProcess(
  url: string,
  options: ConnectionsOptions = {},
  extraCa?: string,
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(import.meta.url), url, JSON.stringify(options)],
    { env: extraCa === undefined ? {} : { NODE_EXTRA_CA_CERTS: extraCa } },
  );
  return stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = "", options = "{}"] = process.argv.slice(2);
  const connections = createConnections(JSON.parse(options));
  const sent = sendOutbound(connections.dispatcher, { url, timeoutMs: 5_000, bodyLimitBytes: 1_000 });
  process.stdout.write(
    await sent.then(
      ({ text }) => text,
      (error) => `${error.code} ${error.cause.code}`,
    ),
  );
  await connections.close();
}
