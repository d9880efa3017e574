// The files that git knows, and what each TypeScript file imports, types included.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const root = join(import.meta.dirname, "../../..");

/** Files of the repository, tracked or about to be, as paths from its root. */
export function listFiles(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trimEnd().split("\n");
  return [...new Set(paths)].filter((path) => existsSync(join(root, path)));
}

/** @param path from the root of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/**
 * What a TypeScript file imports or exports from of ours: paths of files for relative imports, folders such
 * as `packages/model` for packages. Other packages and Node's modules are left out.
 */
export function importsOf(path: string, text: string): string[] {
  const statement =
    /^\s*(?:import|export|\})[^"'`;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  const names = [...text.matchAll(statement)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
  return names.flatMap((name) => {
    if (name.startsWith(".")) return [posix.join(posix.dirname(path), name)];
    const folder = name.startsWith("@fleetkeeper/") && folderOf(name.slice("@fleetkeeper/".length));
    return folder ? [folder] : [];
  });
}

/** The folder that holds a file: `packages/model` for `packages/model/src/index.ts`. */
export function folderAbove(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function folderOf(name: string): string {
  const found = ["packages", "services", "dev", "examples"].map((top) => `${top}/${name}`);
  return found.find((folder) => existsSync(join(root, folder))) ?? `packages/${name}`;
}
