// Syncs from outside the repository: modules that export definitions, by path or by package name.

import { type RegisterHooksOptions, registerHooks } from "node:module";
import { extname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { builtInSyncs } from "./built-in-syncs.ts";
import { isSyncDefinition, type SyncDefinition } from "./define-sync.ts";
import { SyncDefinitionError, SyncDuplicateError, SyncModuleError } from "./errors.ts";

/**
 * Imports the modules and gives every definition that they export, by name, as default or in a list. A module
 * is a path (relative to the working folder) or the name of a package installed there. It may import
 * `@fleetkeeper/syncs`, `@fleetkeeper/trackunit` and `zod` wherever it lies: where it has none of its own, it
 * gets those of Fleetkeeper.
 * @throws SyncModuleError (`ERR_SYNC_MODULE`) for a module that cannot be imported or exports no definition.
 * @throws SyncDuplicateError (`ERR_SYNC_DUPLICATE`) for a name or resource that another sync has, built in or
 * loaded.
 * @throws SyncDefinitionError (`ERR_SYNC_DEFINITION`) for a definition that cannot work.
 */
export async function loadSyncs(modulePaths: readonly string[]): Promise<SyncDefinition[]> {
  const loaded: SyncDefinition[] = [];
  const hooks = registerHooks({ resolve: resolverFor(new Set(modulePaths)) });
  try {
    for (const modulePath of modulePaths) loaded.push(...(await definitionsIn(modulePath)));
  } finally {
    hooks.deregister();
  }
  refuseDuplicates([...builtInSyncs, ...loaded]);
  return loaded;
}

const shared = new Set(["@fleetkeeper/syncs", "@fleetkeeper/trackunit", "zod"]);

/**
 * A module's package name is looked up from the working folder; what modules share, from here when they do
 * not have it.
 */
function resolverFor(modulePaths: ReadonlySet<string>): NonNullable<RegisterHooksOptions["resolve"]> {
  const workingFolderUrl = pathToFileURL(resolve(".", "from-here.js")).href;
  return (specifier, context, next) => {
    if (context.parentURL === import.meta.url && modulePaths.has(specifier))
      return next(specifier, { ...context, parentURL: workingFolderUrl });
    if (!shared.has(specifier)) return next(specifier, context);
    try {
      return next(specifier, context);
    } catch {
      return next(specifier, { ...context, parentURL: import.meta.url });
    }
  };
}

async function definitionsIn(modulePath: string): Promise<SyncDefinition[]> {
  const exported = Object.entries(await importModule(modulePath)).flatMap(([name, value]) =>
    [value].flat().map((one) => ({ name, value: one })),
  );
  const stray = exported.find(({ value }) => !isSyncDefinition(value) && looksLikeSync(value));
  if (stray !== undefined)
    throw new SyncModuleError(
      `the module ${modulePath} exports ${stray.name}, which was not made by defineSync`,
    );
  const definitions = new Set(exported.map(({ value }) => value).filter(isSyncDefinition));
  if (definitions.size === 0)
    throw new SyncModuleError(`the module ${modulePath} exports no sync: use defineSync`);
  return [...definitions];
}

async function importModule(modulePath: string): Promise<Record<string, unknown>> {
  try {
    return await import(
      /* @vite-ignore */ isPath(modulePath) ? pathToFileURL(resolve(modulePath)).href : modulePath
    );
  } catch (cause) {
    if (cause instanceof SyncDefinitionError) throw cause;
    const reason = cause instanceof Error ? cause.message : "it threw something";
    throw new SyncModuleError(`the module ${modulePath} cannot be imported: ${reason}`, { cause });
  }
}

function isPath(modulePath: string): boolean {
  return modulePath.startsWith(".") || isAbsolute(modulePath) || /^\.[cm]?[jt]s$/.test(extname(modulePath));
}

function looksLikeSync(value: unknown): boolean {
  return typeof value === "object" && value !== null && "pages" in value && "idOf" in value;
}

function refuseDuplicates(definitions: readonly SyncDefinition[]): void {
  for (const field of ["name", "resource"] as const) {
    const seen = new Set<string>();
    for (const { [field]: value } of definitions) {
      if (seen.has(value)) throw new SyncDuplicateError(`there are two syncs whose ${field} is ${value}`);
      seen.add(value);
    }
  }
}
