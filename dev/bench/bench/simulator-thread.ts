// A simulated Trackunit in a thread of its own, so that its CPU is not taken for the worker's.

import { parentPort } from "node:worker_threads";
import { startSimulator } from "@fleetkeeper/simulator";

const simulator = await startSimulator({ app: "@fleetkeeper/demo" });
parentPort?.on("message", (assets: number) => {
  const { accountId, clientId, clientSecret } = simulator.addAccount({ assets });
  parentPort?.postMessage({ accountId, clientId, clientSecret });
});
parentPort?.postMessage({ tokenUrl: simulator.tokenUrl, apiUrl: simulator.apiUrl });
