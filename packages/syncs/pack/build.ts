// Builds the npm package for authors of syncs of their own into `dist`: for-authors.ts as JavaScript with
// types, and of the other packages the modules that it needs, so that zod is its only dependency.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const own = fileURLToPath(new URL("..", import.meta.url));
const dist = join(own, "dist");
const built = join(dist, "built");

rmSync(dist, { recursive: true, force: true });
execFileSync(join(own, "node_modules/.bin/tsc"), ["--project", "pack/tsconfig.json"], {
  cwd: own,
  stdio: "inherit",
});
const entry = "syncs/src/for-authors";
const foreign = new Set([...copyReached(`${entry}.js`), ...copyReached(`${entry}.d.ts`)]);
foreign.delete("zod");
if (foreign.size > 0) throw new Error(`the package would depend on ${[...foreign].join(", ")}`);
rmSync(built, { recursive: true });
writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
writeFileSync(join(dist, "README.md"), readFileSync(join(own, "pack/README.md")));

/** Copies a module and all that it imports of ours. Returns what it imports of others. */
function copyReached(first: string): Set<string> {
  const reached = new Set([first]);
  const others = new Set<string>();
  for (const module of reached) {
    const text = withOwnPaths(module, readFileSync(join(built, module), "utf8")).replace(
      /((?: from |import\()"\.[^"]+)\.ts"/g,
      '$1.js"',
    );
    for (const [, specifier = ""] of text.matchAll(/(?: from |import\()"([^"]+)"/g))
      if (specifier.startsWith(".")) reached.add(emitted(join(dirname(module), specifier), module));
      else others.add(specifier);
    const target = join(dist, module);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return others;
}

/**
 * What comes from another of our packages comes from the module there that has it: its index would bring all
 * of it.
 */
function withOwnPaths(module: string, text: string): string {
  const types = text.replace(
    /import\("@fleetkeeper\/(\w+)"\)\.(\w+)/g,
    (_whole, name: string, exported: string) => `import("${sourceOf(exported, name, module)}").${exported}`,
  );
  return types.replace(
    /(import|export)( type)? \{([^}]*)\} from "@fleetkeeper\/(\w+)";/g,
    (_whole, verb: string, type = "", names: string, name: string) =>
      names
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "")
        .map((one) => {
          const source = sourceOf(one.replace(/^type /, "").split(" ")[0] ?? "", name, module);
          return `${verb}${type} { ${one} } from "${source}";`;
        })
        .join("\n"),
  );
}

function sourceOf(exported: string, name: string, module: string): string {
  const index = `${name}/src/index${module.endsWith(".d.ts") ? ".d.ts" : ".js"}`;
  const lists = readFileSync(join(built, index), "utf8").matchAll(/\{([^}]*)\} from "([^"]+)"/g);
  for (const [, list = "", source = ""] of lists)
    if (list.split(",").some((one) => one.trim().replace(/^type /, "") === exported))
      return relative(dirname(module), join(dirname(index), source));
  throw new Error(`@fleetkeeper/${name} has no ${exported}`);
}

/** The file that a specifier names: of types, the ones beside the module. */
function emitted(path: string, from: string): string {
  return from.endsWith(".d.ts") ? path.replace(/\.js$/, ".d.ts") : path;
}

function manifest() {
  const { name, version } = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  const zod = JSON.parse(readFileSync(join(own, "node_modules/zod/package.json"), "utf8"));
  return {
    name,
    version,
    description: "defineSync, and the types for syncs of your own for Fleetkeeper.",
    license: "MIT",
    type: "module",
    exports: { ".": { types: `./${entry}.d.ts`, default: `./${entry}.js` } },
    engines: { node: ">=22" },
    dependencies: { zod: zod.version },
  };
}
