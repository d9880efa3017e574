// A server as a process of this machine, on a free port and in a data folder that it holds while it runs.

import { takeDataFolder } from "./data-folder.ts";
import type { RunningServer } from "./running-server.ts";
import { onFreePort, type ServerProcess } from "./server-process.ts";

/** One that was started on this port. */
export interface StartedServer {
  url: string;
  origin: string;
  server: ServerProcess;
}

/**
 * Takes the folder, and releases it when the server ends or does not start.
 * @param name of the folder in `dataDir`.
 * @param start starts the server; called again with another port where the first one is taken meanwhile.
 */
export async function startInFolder(
  { dataDir, name, port }: { dataDir: string | undefined; name: string; port: number | undefined },
  start: (path: string, port: number) => Promise<StartedServer>,
): Promise<RunningServer> {
  const folder = await takeDataFolder(dataDir, name);
  try {
    const { url, origin, server } = await onFreePort(port, (free) => start(folder.path, free));
    return {
      url,
      origin,
      kill: server.kill,
      processGroup: server.processGroup,
      async close() {
        await server.close();
        await folder.release();
      },
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}
