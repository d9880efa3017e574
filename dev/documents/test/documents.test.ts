import { expect, test } from "vitest";
import { listFiles, read } from "../../architecture/src/sources.ts";
import { errorsDocument } from "../src/errors-document.ts";
import { withScopes } from "../src/scopes.ts";

/** Node's own. */
const foreign = ["ERR_HTTP_REQUEST_TIMEOUT", "ERR_BUFFER_TOO_LARGE"];

test("docs/errors.md is what `pnpm docs:write` writes", () => {
  expect(read("docs/errors.md")).toBe(errorsDocument());
});

test("docs/going-live.md names the scopes of every sync", () => {
  const text = read("docs/going-live.md");
  expect(withScopes(text)).toBe(text);
});

test("every decision record has a number of its own", () => {
  const numbers = listFiles().flatMap((path) => /^docs\/adr\/(\d{4})-/.exec(path)?.[1] ?? []);
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
});

test("every error code of the code is documented with what to do, and none that there is not", () => {
  const sources = listFiles().filter((path) => /^(packages|services)\/[^/]+\/src\/.*\.ts$/.test(path));
  const codes = new Set<string>();
  for (const path of sources.filter((path) => !path.includes("/explanations/")))
    for (const [, code = ""] of read(path).matchAll(/(?:"|^ {2})(ERR_[A-Z_]*[A-Z])(?:"|: )/gm))
      codes.add(code);
  for (const code of foreign) codes.delete(code);
  const documents = `${read("docs/errors.md")}${read("docs/api.md")}`;
  const documented = new Set(
    [...documents.matchAll(/^(?:### |[|-] `)(ERR_[A-Z_]+)/gm)].map(([, code = ""]) => code),
  );
  expect([...documented].sort()).toEqual([...codes].sort());
});

test("every package has the version of the newest release in the changelog", () => {
  const [, released] = /^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$/m.exec(read("CHANGELOG.md")) ?? [];
  const versions = listFiles()
    .filter((path) => /^(?:(?:packages|services|dev)\/[^/]+\/)?package\.json$/.test(path))
    .map((path) => `${path} ${JSON.parse(read(path)).version}`);
  expect(versions.length).toBeGreaterThan(20);
  expect(versions.filter((version) => !version.endsWith(` ${released}`))).toEqual([]);
});

test("every file that README and ARCHITECTURE name is there", () => {
  const files = new Set(listFiles());
  const named = ["README.md", "ARCHITECTURE.md"].flatMap((name) =>
    [...read(name).matchAll(/`((?:packages|services|dev|docs)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = ""]) => path,
    ),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !files.has(path))).toEqual([]);
});

test("no table of a document says a line twice", () => {
  const repeated = listFiles()
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      const lines = read(path)
        .split("\n")
        .map((line) => line.replace(/\s+/g, " "));
      return lines.filter(
        (line, at) => /^\| [^-:]/.test(line) && lines.indexOf(line) < at && !isHead(lines[at + 1]),
      );
    });
  expect(repeated).toEqual([]);
});

/** The line below a table's head. */
function isHead(line = ""): boolean {
  return /^\|[ :|-]+\|$/.test(line);
}
