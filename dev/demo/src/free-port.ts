// A port to listen on: the wanted one, or any free one when somebody else has it.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export async function freePort(wanted: number): Promise<number> {
  for (const port of wanted === 0 ? [0] : [wanted, 0]) {
    const server = createServer();
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    } finally {
      server.close();
    }
  }
  throw new Error("no port is free on 127.0.0.1");
}
