import { readFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";

test("the types are those of the document (pnpm --filter @fleetkeeper/client generate writes them)", async () => {
  const document = new URL("../openapi.json", import.meta.url);
  const types = await readFile(new URL("../src/schema.ts", import.meta.url), "utf8");
  expect(types).toContain(astToString(await openapiTS(document)).trim());
});
