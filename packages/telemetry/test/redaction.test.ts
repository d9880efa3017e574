import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLog } from "../src/index.ts";

const canary = "canary-6f1c2b7e9d-canary";

function setup() {
  let output = "";
  const destination = new Writable({
    write(chunk, _encoding, done) {
      output += chunk;
      done();
    },
  });
  return { log: createLog({ service: "test", level: "trace", destination }), output: () => output };
}

test("a secret is redacted wherever it stands in a log line", () => {
  const { log, output } = setup();
  log.info({ clientSecret: canary }, "field");
  log.info({ deep: { list: [{ client_secret: canary }] } }, "nested");
  log.info({ headers: { Authorization: `Bearer ${canary}` } }, "header");
  log.child({ accessToken: canary }).info("binding");
  log.info(`asked with client_secret=${canary}&scope=x`);
  log.info("asked with %s", `Bearer ${canary}`);
  log.error(
    { error: new Error(`refused: {"clientSecret":"${canary}"}`, { cause: { password: canary } }) },
    "error",
  );
  log.error(new Error(`bearer ${canary}`));
  log.info({ url: `redis://user:${canary}@host:6379` }, "url");
  expect(output().trim().split("\n")).toHaveLength(9);
  expect(output()).not.toContain(canary);
});

test("a JSON Web Token is redacted by its shape alone", () => {
  const { log, output } = setup();
  const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.${"c2ln".repeat(4)}`;
  log.info({ note: `got ${jwt}` }, jwt);
  expect(output()).not.toContain(jwt);
});

test("what is no secret stays readable", () => {
  const { log, output } = setup();
  log.info({ installationId: "@a.b.c", at: new Date(0), count: 3 }, "sync ended");
  expect(JSON.parse(output())).toMatchObject({
    level: "info",
    service: "test",
    installationId: "@a.b.c",
    at: "1970-01-01T00:00:00.000Z",
    count: 3,
    msg: "sync ended",
  });
});
