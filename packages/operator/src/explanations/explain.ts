import type { Explanation } from "./explanation.ts";
import { ofCommands, ofKeys, ofRuns, ofServers, ofSetup } from "./of-ours.ts";
import { ofApi, ofTokens } from "./of-trackunit.ts";

/** Every code that an account, a sync, a job, a command or a log line can carry, by what it is about. */
export const explanations: Record<string, Record<string, Explanation>> = {
  "Tokens and credentials": ofTokens,
  "Trackunit's API": ofApi,
  "Runs and accounts": ofRuns,
  "Servers and workers": ofServers,
  "Sealing keys": ofKeys,
  "Configuration and syncs of your own": ofSetup,
  "Command line": ofCommands,
};

/** @returns undefined for a code that is not ours, or that only the sender of an HTTP request gets */
export function explain(code: string): Explanation | undefined {
  for (const codes of Object.values(explanations)) if (Object.hasOwn(codes, code)) return codes[code];
  return undefined;
}
