// The simulated Trackunit: started by tests, by the demo and by developers.
export type { AccountOptions, ResourceName, SimulatedAccount } from "./accounts/account.ts";
export { aempEquipment, type Equipment } from "./aemp/equipment.ts";
export type { CallbackClaims, CallbackTokenOptions } from "./callback/callback-token.ts";
export type { InstallAnswer, InstallOptions } from "./callback/install.ts";
export {
  BadInputError,
  CallbackUnreachableError,
  NoCallbackUrlError,
  SimulatorError,
  UnknownAccountError,
} from "./errors.ts";
export { type ActiveFault, type FaultKind, type FaultSpec, faultKinds } from "./faults/fault.ts";
export type { FaultControl } from "./faults/fault-board.ts";
export type { AlertConfiguration } from "./fleet/alert-configuration.ts";
export type { Asset, AssetLocation } from "./fleet/asset.ts";
export type { Changed, ChangeMix } from "./fleet/change.ts";
export type { Customer } from "./fleet/customer.ts";
export type { AssetEvent, EventFilter } from "./fleet/event-log.ts";
export type { Site } from "./fleet/site.ts";
export { bareId, globalId, graphqlAsset, graphqlCustomer, graphqlSite } from "./graphql/render.ts";
export { Draw, type Seed, seedOf } from "./random.ts";
export type { LimitBreach, RequestCounts, RequestFilter } from "./requests/request-book.ts";
export { restAsset, restLocation, restSite } from "./rest/render.ts";
export type { Settings, SimulatorOptions } from "./settings.ts";
export { type Simulator, startSimulator } from "./simulator.ts";
export { type TrueResource, trueResources, truthOf } from "./truth.ts";
export { webhookTypes } from "./webhooks/webhook-events.ts";
export { newSigningKey, type SentWebhook, type WebhookTarget } from "./webhooks/webhook-sender.ts";
