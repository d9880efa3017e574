// The rules of the house as functions from files to sentences: each sentence names the file and the rule it
// breaks.

import { forTests, layers } from "./layers.ts";
import { folderAbove } from "./sources.ts";

const maxLines = 300;
const maxCommentLength = 110;
/** Written by a program, from the OpenAPI document. */
const generated = new Set(["packages/client/src/schema.ts"]);
/** The one base; and those of the client, which is installed without the rest. */
const errorBases = new Set([
  "packages/client/src/errors.ts",
  "packages/client/src/verify-webhook.ts",
  "packages/model/src/errors.ts",
]);
/** A value that is compared and printed, not a part with state. */
const valueClasses = new Set(["packages/model/src/exact-number.ts"]);
/** prom-client calls `collect` with the metric as `this`. */
const collectors = /\/src\/(?:process-)?metrics\.ts$/;
const declaration =
  /(.*)\nexport (?:declare |async |abstract )*(?:function\*?|class|const|interface|type) (\w+)/g;
const forbiddenNames = /(?:^|\/)(?:utils?|common|helpers?|shared|misc)(?:\/|\.\w+$)/;
const notShipped = /^[^/]+\/[^/]+\/(?:test|bench|examples)\//;

/** The top of `git ls-files`: what a newcomer sees first. */
const topLevel = new Set([
  ".ci",
  ".dockerignore",
  ".editorconfig",
  ".env.example",
  ".env.simulator",
  ".github",
  ".gitignore",
  ".node-version",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "Dockerfile",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "biome.json",
  "deploy",
  "examples",
  "dev",
  "docker-compose.yml",
  "docs",
  "fleetkeeper",
  "package.json",
  "packages",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "services",
  "tsconfig.base.json",
  "tsconfig.json",
  "vitest.config.ts",
  "vitest.reporter.ts",
]);

/**
 * One sentence for each import that the layers do not allow.
 * @param imported what the file imports: paths of files, or folders such as `packages/model`.
 */
export function refusedImports(file: string, imported: readonly string[]): string[] {
  const folder = folderAbove(file);
  const layer = layers[folder];
  if (!layer) return [`${file}: ${folder} has no layer; give it one in dev/architecture/src/layers.ts.`];
  const isTest = notShipped.test(file);
  return imported.flatMap((target) => {
    const other = folderAbove(target);
    if (other === folder || layer.mayImport.includes(target)) return [];
    if (isTest && mayTestImport(folder, target, other)) return [];
    const rule = target === other ? layer.because : "another folder is imported by its package's name";
    return [`${file} may not import ${target}: ${rule}.`];
  });
}

/** Folders and files named after nothing, or at the top of the repository without need. */
export function refusedPath(path: string): string[] {
  const [top = ""] = path.split("/");
  const refused: string[] = [];
  if (!topLevel.has(top)) refused.push(`${top} is new at the top of the repository: find it a folder.`);
  if (forbiddenNames.test(path))
    refused.push(`${path}: name it after what it holds (no utils, common, helpers).`);
  return refused;
}

/**
 * Files that are too long, comment lines that are, and files that let `any` in: the linter refuses it unless
 * a comment hushes it.
 */
export function refusedText(path: string, text: string): string[] {
  const lines = text.split("\n").length - 1;
  const refused: string[] = [];
  if (!generated.has(path) && lines > maxLines)
    refused.push(`${path} has ${lines} lines; ${maxLines} are the most. Split it by what it does.`);
  const long = text
    .split("\n")
    .filter((line) => line.length > maxCommentLength && /^\s*(?:\/[/*]|\*)/.test(line));
  if (!generated.has(path) && long.length > 0)
    refused.push(`${path} has comment lines of more than ${maxCommentLength} characters: ${long.join("\n")}`);
  if (/biome-ignore lint\/suspicious\/noExplicitAny/.test(text))
    refused.push(`${path} allows itself \`any\`: give it a type, or \`unknown\`.`);
  return refused;
}

/**
 * Exports of packages without a docstring, errors that do not have the one base, and objects that no factory
 * makes.
 */
export function refusedCode(path: string, text: string): string[] {
  const refused: string[] = [];
  if (/^packages\/[^/]+\/src\//.test(path) && !generated.has(path))
    for (const [, before = "", name = ""] of text.matchAll(declaration))
      if (!before.endsWith("*/"))
        refused.push(`${path} exports ${name} without a docstring: say what its caller gets.`);
  if (
    !path.startsWith("dev/") &&
    !errorBases.has(path) &&
    /^(?:export )?class \w+ extends Error \{$/m.test(text)
  )
    refused.push(`${path} has an error with a base of its own: FleetkeeperError carries code and remedy.`);
  if (
    !path.startsWith("dev/") &&
    !notShipped.test(path) &&
    /^ {2}(?:override )?readonly code = "/m.test(text)
  )
    refused.push(`${path} has an error that says its code by hand: \`defineError\` gives code and remedy.`);
  if (/^(?:packages|services)\/[^/]+\/src\/.*\.ts$/.test(path) && !valueClasses.has(path)) {
    const isErrors = /^export (?:abstract )?class /m.test(text);
    if (/^(?:export )?(?:abstract )?class \w+ \{$/m.test(text))
      refused.push(`${path} has a class: an object with state is what a function createX gives.`);
    if (!isErrors && !collectors.test(path) && /[^\w.'"`]this\.\w+\(/.test(text))
      refused.push(`${path} calls through \`this\`: what another method needs is a function of the factory.`);
  }
  return refused;
}

function mayTestImport(folder: string, target: string, other: string): boolean {
  if (forTests.includes(target)) return true;
  return !folder.startsWith("packages/") && (other.startsWith("services/") || other.startsWith("dev/"));
}
