// A stand-in for MongoDB that keeps everything in memory and speaks its wire protocol, in a process of its
// own: so that what the store itself costs can be measured without a server that is slower than it. No test
// uses it.

import { fork } from "node:child_process";
import { once } from "node:events";

export async function startStandIn(): Promise<{ url: string; close: () => Promise<void> }> {
  const child = fork(new URL("./process.ts", import.meta.url));
  const [port] = await once(child, "message");
  return {
    url: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    async close() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
