// What Node.js made of the code at an earlier start, so that the next one compiles nothing: half of its time.

export { compileCacheFolder, useCompileCache } from "./use-compile-cache.ts";
