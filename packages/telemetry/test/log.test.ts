import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createLog } from "../src/index.ts";

function setup(options: { traceId?: () => string | undefined } = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ service: "test", level: "info", destination, ...options }) };
}

test("a line about an installation names the account as Trackunit spells it", () => {
  const { log, lines } = setup();
  log.info({ installationId: "@org.app.4%2F5" }, "one");
  log.info({ installationId: "@org.app.45", accountId: "given" }, "two");
  log.info({ installationId: "no installation" }, "three");
  expect(lines).toMatchObject([
    { service: "test", level: "info", msg: "one", accountId: "4/5" },
    { accountId: "given" },
    { msg: "three" },
  ]);
  expect(lines[2]).not.toHaveProperty("accountId");
});

test("a line within a trace has its id, one outside has none", () => {
  let id: string | undefined = "0af7651916cd43dd8448eb211c80319c";
  const { log, lines } = setup({ traceId: () => id });
  log.info("inside");
  id = undefined;
  log.info("outside");
  expect(lines[0]).toHaveProperty("traceId", "0af7651916cd43dd8448eb211c80319c");
  expect(lines[1]).not.toHaveProperty("traceId");
});

test("the level can be changed while it runs", () => {
  const { log, lines } = setup();
  log.debug("unseen");
  log.level = "debug";
  log.debug("seen");
  expect(lines.map(({ msg }) => msg)).toEqual(["seen"]);
});

test("on a terminal a line is for a person, with secrets redacted too; elsewhere it is JSON and pino-pretty is not loaded", async () => {
  const terminal = await outputOf({ isTTY: true });
  expect(terminal.text).toMatch(/\d\d:\d\d:\d\d.*INFO.*an event/);
  expect(terminal.text).toContain("[redacted]");
  expect(terminal.text).not.toContain("canary");
  expect(terminal.loaded).toContain("pino-pretty");
  const pipe = await outputOf({ isTTY: false });
  expect(JSON.parse(pipe.text.split("\n")[0] ?? "")).toMatchObject({
    msg: "an event",
    password: "[redacted]",
  });
  expect(pipe.loaded).not.toContain("pino-pretty");
});

/** What a process writes whose stdout is, or is not, a terminal; and the names of the packages it loaded. */
async function outputOf({ isTTY }: { isTTY: boolean }) {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    process.stdout.isTTY = ${isTTY};
    const { createLog } = await import("./src/log.ts");
    createLog({ service: "test", level: "info" }).info({ password: "canary" }, "an event");
    process.stderr.write(loaded.join(" "));`;
  const cwd = join(import.meta.dirname, "..");
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd },
  );
  const packages = [...stderr.matchAll(/\/node_modules\/([\w-]+)\//g)].map(([, name]) => name);
  return { text: stdout, loaded: packages };
}
