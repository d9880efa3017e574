// A port to listen on: the one that a variable names, or else the usual one, or any free one when another
// process uses that.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** @throws when `wanted` is not free and `isFixed`: a named port is relied on */
export async function freePort(wanted: number, { isFixed = false } = {}): Promise<number> {
  for (const port of wanted === 0 || isFixed ? [wanted] : [wanted, 0]) {
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
  throw new Error(wanted === 0 ? "no port is free on 127.0.0.1" : `port ${wanted} is taken on 127.0.0.1`);
}
