import { readFile, writeFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { setup } from "./world.ts";

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

test("the document is valid OpenAPI 3.1, and every operation says what it is and how it refuses", async () => {
  const { ask } = await setup();
  const document = (await ask(undefined, "/openapi.json")).json();
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(document.openapi).toMatch(/^3\.1\./);
  const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, path, operation })),
  );
  expect(operations.length).toBeGreaterThan(0);
  const tags = document.tags.map(({ name }: { name: string }) => name);
  for (const { at, path, operation } of operations) {
    expect(path, at).toMatch(/^\/v1\//);
    expect(operation.operationId, at).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary, at).toMatch(/^[A-Z].*[^.]$/);
    expect(tags, at).toEqual(expect.arrayContaining(operation.tags ?? ["none"]));
    for (const refusal of ["4XX", "5XX"])
      expect(Object.keys(operation.responses[refusal]?.content ?? {}), at).toEqual([
        "application/problem+json",
      ]);
  }
  for (const { at, path } of operations) {
    const [method = "", address = ""] = [at.split(" ")[0], path.replace(/\{\w+\}/g, "x")];
    expect((await ask(undefined, address, { method: method.toUpperCase() })).status, at).toBe(401);
  }
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(document.components.schemas).toHaveProperty("Problem");
});

test("the reference page needs no key and loads nothing from elsewhere", async () => {
  const { ask } = await setup();
  const page = await ask(undefined, "/reference/");
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/(?:src|href)="https?:/);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
});

test("the client's copy of the document is this one (UPDATE_OPENAPI=1 writes it)", async () => {
  const { ask } = await setup();
  const served = `${JSON.stringify((await ask(undefined, "/openapi.json")).json(), null, 2)}\n`;
  const copy = new URL("../../../packages/client/openapi.json", import.meta.url);
  if (process.env.UPDATE_OPENAPI === "1") await writeFile(copy, served);
  expect(JSON.parse(await readFile(copy, "utf8"))).toEqual(JSON.parse(served));
});
