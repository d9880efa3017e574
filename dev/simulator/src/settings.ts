// Everything about the simulator that can be chosen, at start or while it runs, with its defaults.

/** What can also change while the simulator runs. */
export interface Settings {
  /** The app that customers install. Default `@fleetkeeper/demo`. */
  app: string;
  /** Where install callbacks go. No default. */
  callbackUrl: string | undefined;
  /** The scopes in the app's manifest: more than these no account can grant. */
  scopes: string[];
  /** What asking for a scope that isn't granted does. Default `omit`: it is missing from the answer. */
  deniedScope: "omit" | "invalid_scope";
  /** `expires_in` of new access tokens, in seconds. Default 3600. */
  tokenLifetimeS: number;
  /**
   * A scope that an operation needs (403 without it), by operation. Default: none, because Trackunit
   * documents none.
   */
  requiredScopes: Record<string, string>;
  /** Points one GraphQL query may cost. Default 50 000. */
  graphqlMaxCost: number;
  /** Points an account may spend on GraphQL in ten minutes. Default 10 000 000. */
  graphqlBudget: number;
  /** Answer 429 where a documented limit is exceeded. Default false: it is only recorded. */
  enforceLimits: boolean;
  /** Which headers webhooks have: `svix-id` or `webhook-id`, and so on. Default `svix`. */
  webhookHeaders: "svix" | "webhook";
  /** How often each webhook is delivered. Default 1. */
  webhookCopies: number;
  /** Deliver the webhooks of one change in the reverse order. Default false. */
  webhookReorder: boolean;
  /** The waits of Svix's retry schedule times this: 0.001 makes hours seconds. Default 1. */
  webhookRetryScale: number;
}

type SettingsAtStart = { [Name in keyof Settings]?: Settings[Name] | undefined };

export interface SimulatorOptions extends SettingsAtStart {
  /** Default `127.0.0.1`. */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Fleets are a function of this and the account id. Default `fleetkeeper`. */
  seed?: string | undefined;
  /** The clock that tokens, limits, events and changes follow. Default: the system's. */
  now?: (() => Date) | undefined;
  /** Let every account's fleet change automatically this often, in milliseconds. Default: only on demand. */
  changeEveryMs?: number | undefined;
}

export const defaultScopes = [
  "asset.view",
  "site.view",
  "account.asset.manage",
  "account.site.manage",
  "account.customer.manage",
  "account.alert.view",
  "account.event.view",
  "api.iso15143.fleet.view",
];

export function settingsFrom(options: SimulatorOptions): Settings {
  return {
    app: options.app ?? "@fleetkeeper/demo",
    callbackUrl: options.callbackUrl,
    scopes: options.scopes ?? [...defaultScopes],
    deniedScope: options.deniedScope ?? "omit",
    tokenLifetimeS: options.tokenLifetimeS ?? 3600,
    requiredScopes: options.requiredScopes ?? {},
    graphqlMaxCost: options.graphqlMaxCost ?? 50_000,
    graphqlBudget: options.graphqlBudget ?? 10_000_000,
    enforceLimits: options.enforceLimits ?? false,
    webhookHeaders: options.webhookHeaders ?? "svix",
    webhookCopies: options.webhookCopies ?? 1,
    webhookReorder: options.webhookReorder ?? false,
    webhookRetryScale: options.webhookRetryScale ?? 1,
  };
}
