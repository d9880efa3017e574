// Where the compiled code is kept (nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache).

import { enableCompileCache } from "node:module";
import { join } from "node:path";

/**
 * To be given to a process of ours as `NODE_COMPILE_CACHE`: then even its main is there compiled, and
 * Node.js's compiler of TypeScript, which takes as long as a bare start, is not loaded at all.
 *
 * Beside the code, which anyone who can write can run anyway. In the folder for temporary files, Node.js's
 * default, any user of the machine could leave code for us.
 */
export const compileCacheFolder = join(import.meta.dirname, "../../../node_modules/.compile-cache");

/**
 * For all that is imported from now on, so a main calls it before it imports the rest. Node.js writes it when
 * the process ends; a folder that can't be written is only read, and without one everything is compiled.
 */
export function useCompileCache(): void {
  enableCompileCache(compileCacheFolder);
}
