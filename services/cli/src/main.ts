#!/usr/bin/env node
// `fleetkeeper` as a process.

import { enableCompileCache } from "node:module";

// Half the time of a start is compiling, and every TAB of a completion is a start.
enableCompileCache();
const { run } = await import("./run.ts");
await run();
