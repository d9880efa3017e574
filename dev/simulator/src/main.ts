// The simulator as a process.

import { useCompileCache } from "@fleetkeeper/compile-cache";

useCompileCache();
const { run } = await import("./run.ts");
await run();
