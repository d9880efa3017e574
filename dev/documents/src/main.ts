// `pnpm docs:write`: writes the documents that are made from the code.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorsDocument } from "./errors-document.ts";
import { withScopes } from "./scopes.ts";

const pathOf = (name: string) => join(import.meta.dirname, "../../../docs", name);

writeFileSync(pathOf("errors.md"), errorsDocument());
writeFileSync(pathOf("going-live.md"), withScopes(readFileSync(pathOf("going-live.md"), "utf8")));
