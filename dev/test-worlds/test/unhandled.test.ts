import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Node.js ends a process at an unhandled rejection, where vitest would count a failure of the whole run. */
const run = async (script: string) =>
  (
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: join(import.meta.dirname, "../src"),
    })
  ).stdout;

test("a promise that rejects before it is awaited rejects where it is awaited, and nowhere else", async () => {
  const script = `
    import { setImmediate } from "node:timers/promises";
    import { inBackground } from "./in-background.ts";
    const work = inBackground(Promise.reject(new Error("too early")));
    await setImmediate();
    await work.catch((error) => console.log("awaited: " + error.message));`;
  expect(await run(script)).toBe("awaited: too early\n");
});

test("a test's server does not answer a request that breaks off, and answers an error with its text", async () => {
  const script = `
    import { once } from "node:events";
    import { createServer } from "node:http";
    import { connect } from "node:net";
    import { answering } from "./answering.ts";
    const server = createServer(answering(() => { throw new Error("no such order"); })).listen(0);
    await once(server, "listening");
    const { port } = server.address();
    const broken = connect(port, "127.0.0.1");
    broken.write("POST / HTTP/1.1\\r\\nhost: a\\r\\ncontent-length: 9\\r\\n\\r\\nhalf");
    await once(server, "request");
    broken.destroy();
    const answer = await fetch("http://127.0.0.1:" + port, { method: "POST", body: "whole" });
    console.log(answer.status, await answer.text());
    server.close();`;
  expect(await run(script)).toBe("500 Error: no such order\n");
});
