// The system on one machine, for what starts and breaks it in another way than `pnpm start`.

export { freePort } from "./free-port.ts";
export { loadSecrets, type Secrets } from "./secrets.ts";
export { type ServiceEnvironment, serviceEnvironments } from "./service-environments.ts";
export { isReady, type ServiceName, spawnService } from "./service-process.ts";
