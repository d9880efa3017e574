// Every link of a document leads somewhere: to a file or folder of this repository, and to a heading in it.
import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";
import { listFiles, read } from "../../architecture/src/sources.ts";

const files = new Set(listFiles());
const folders = new Set([...files].flatMap(foldersAbove));
const documents = [...files].filter((path) => path.endsWith(".md"));

test("every relative link and every anchor of a document leads somewhere", () => {
  const links = documents.flatMap((document) =>
    linksOf(read(document)).map((link) => ({ document, link, ...targetOf(document, link) })),
  );
  expect(links.length).toBeGreaterThan(100);
  const broken = links.filter(({ path, anchor }) => !isThere(path, anchor));
  expect(broken.map(({ document, link }) => `${document}: ${link}`)).toEqual([]);
});

test("every document that a text in code or configuration names is there", () => {
  const named = [...files]
    .filter((path) => /\.(ts|yml|yaml|json|example)$|Dockerfile$|\.ci\/run$/.test(path))
    .flatMap((file) =>
      [...read(file).matchAll(/(?<![\w/.-])docs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([name]) => ({
        file,
        name,
      })),
    );
  expect(named.length).toBeGreaterThan(10);
  const broken = named.filter(({ name }) => !isThere(...splitAt(name, "#")));
  expect(broken.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});

function isThere(path: string, anchor: string): boolean {
  if (!files.has(path)) return anchor === "" && folders.has(path);
  return anchor === "" || !path.endsWith(".md") || anchorsOf(read(path)).has(anchor);
}

/** Targets of Markdown links and of `href` and `src`, without those that lead out of the repository. */
function linksOf(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"|^\[[^\]]+\]: (\S+)$/gm)];
  return targets
    .map(([, inline = "", html = "", reference = ""]) => inline || html || reference)
    .filter((target) => !/^(?:[a-z]+:|\/\/)/.test(target));
}

function targetOf(document: string, link: string): { path: string; anchor: string } {
  const [path, anchor] = splitAt(link, "#");
  return { path: path === "" ? document : join(dirname(document), path).replace(/\/$/, ""), anchor };
}

/** As GitHub makes them of headings: lower case, blanks to hyphens, the second of a name with `-1`. */
function anchorsOf(text: string): Set<string> {
  const slugs = [...withoutCode(text).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  const numbered = slugs.map((slug, at) => {
    const before = slugs.slice(0, at).filter((other) => other === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
  const named = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = ""]) => name);
  return new Set([...numbered, ...named]);
}

function withoutCode(text: string): string {
  return text.replace(/^( *```)[^\n]*\n[\s\S]*?^\1$/gm, "");
}

function splitAt(text: string, mark: string): [string, string] {
  const [before = "", after = ""] = text.split(mark);
  return [before, after];
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
