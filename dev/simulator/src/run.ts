// The life of the simulator: environment, accounts, page; ends at SIGTERM or SIGINT.
import { readConfig } from "./config.ts";
import { startSimulator } from "./simulator.ts";

export async function run(): Promise<void> {
  const { options, accounts } = readConfig(process.env);
  const simulator = await startSimulator(options);
  const names = ["Nordlift Rental", "Harbour Cranes", "Granite Earthworks"];
  const sizes = [25, 140, 600];
  for (let serial = 0; serial < accounts; serial++) {
    simulator.addAccount({ name: names[serial], assets: sizes[serial % sizes.length] });
  }
  console.log(`Simulated Trackunit: ${simulator.url} (${accounts} accounts)`);

  const stop = () => void simulator.close();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}
