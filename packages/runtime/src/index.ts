// This process: its environment, its life, its health.

export { allowancesOf, createIsAmong, networkOf, networksPerSite, siteOf } from "./addresses.ts";
export { withoutBasePath } from "./base-path.ts";
export { certificateOf, certificatePairs, certificateVariables } from "./certificates.ts";
export { closeGracefully } from "./close-gracefully.ts";
export {
  type ConnectionGuard,
  type ConnectionLimits,
  type DropReason,
  dropReasons,
  guardConnections,
} from "./connection-guard.ts";
export type { DeepCheck, DeepResult } from "./deep-check.ts";
export { ConfigurationError, faultsOf, readEnvironment, type Values } from "./environment.ts";
export { createForeignProxies } from "./foreign-proxies.ts";
export {
  notificationGroups,
  notificationSchema,
  notificationSettingsOf,
  notificationVariables,
} from "./notification-variables.ts";
export type { ReadinessCheck } from "./ops-server.ts";
export { addHealthRoutes, createOpsServer } from "./ops-server.ts";
export {
  commonOptionsOf,
  outboundOptionsOf,
  outboundSchema,
  schemaWithOutbound,
  tracesOptionsOf,
} from "./outbound-variables.ts";
export { FolderSharedError, makePrivateFolder } from "./private-folder.ts";
export { createRefusalLog } from "./refusal-log.ts";
export type { Defer } from "./run-service.ts";
export { configure, runService } from "./run-service.ts";
export { createShares, type Shares } from "./shares.ts";
export { variable } from "./variable.ts";
export { pickVariables, type SharedName, sharedVariables } from "./variables.ts";
export { withoutJsonSchema } from "./without-json-schema.ts";
