// The simulator's configuration as a process of its own, read from the environment.
import { BadInputError } from "./errors.ts";
import type { SimulatorOptions } from "./settings.ts";

export interface ProcessConfig {
  options: SimulatorOptions;
  /** How many accounts there are from the start. */
  accounts: number;
}

/** Reads `SIMULATOR_…`; an empty variable counts as unset. `ERR_BAD_INPUT` names every fault at once. */
export function readConfig(env: Record<string, string | undefined>): ProcessConfig {
  const faults: string[] = [];
  const text = (name: string) => env[name] || undefined;
  const whole = (name: string, maximum: number) => {
    const given = text(name);
    if (given === undefined) return undefined;
    if (/^\d{1,9}$/.test(given) && Number(given) <= maximum) return Number(given);
    faults.push(`${name} must be a whole number up to ${maximum}, not "${given}"`);
    return undefined;
  };
  const callbackUrl = text("SIMULATOR_CALLBACK_URL");
  if (callbackUrl !== undefined && !URL.canParse(callbackUrl)) {
    faults.push(`SIMULATOR_CALLBACK_URL must be a URL, not "${callbackUrl}"`);
  }
  const config = {
    options: {
      host: text("SIMULATOR_HOST"),
      port: whole("SIMULATOR_PORT", 65_535) ?? 4000,
      callbackUrl,
      app: text("SIMULATOR_APP_ID"),
      seed: text("SIMULATOR_SEED"),
      changeEveryMs: whole("SIMULATOR_CHANGE_EVERY_MS", 86_400_000),
    },
    accounts: whole("SIMULATOR_ACCOUNTS", 1_000_000) ?? 3,
  };
  if (faults.length > 0) throw new BadInputError(faults.join("; "));
  return config;
}
