// Who may import whom. A folder that is not here belongs to no layer yet, and the architecture test says so.

const packages = "packages/";

/** What one folder may import, beyond itself and what is not ours. */
export interface Layer {
  mayImport: readonly string[];
  /** Ends the sentence that refuses any other import. */
  because: string;
}

const onItsOwn = "take a function instead, and let a service hand it in";
const everyPackage = [
  "callbacks",
  "compile-cache",
  "http",
  "jobs",
  "model",
  "notifications",
  "operator",
  "redis",
  "runtime",
  "sealing",
  "store",
  "syncs",
  "telemetry",
  "tokens",
  "trackunit",
  "webhooks",
].map((name) => packages + name);

/** Every folder of `packages`, `services`, `dev` and `examples` that holds TypeScript. */
export const layers: Readonly<Record<string, Layer>> = {
  "packages/model": layer([], "the model imports nothing"),
  "packages/compile-cache": layer([], "it comes before everything else"),
  "packages/redis": layer(["model"], "connections to Redis know no more than the model"),
  "packages/http": layer(["model"], "outbound requests know no more than the model"),
  "packages/sealing": layer(["model"], onItsOwn),
  "packages/callbacks": layer(["model", "http"], onItsOwn),
  "packages/webhooks": layer(["model"], "the callback's verifier and this one share nothing"),
  "packages/jobs": layer(["model", "redis"], onItsOwn),
  "packages/store": layer(["model"], onItsOwn),
  "packages/tokens": layer(["model", "redis", "http"], onItsOwn),
  "packages/trackunit": layer(["model", "redis", "http"], onItsOwn),
  "packages/telemetry": layer(["model", "redis"], onItsOwn),
  "packages/client": layer([], "the client is installed without the rest"),
  "packages/syncs": layer(
    ["model", "trackunit"],
    "syncs read through packages/trackunit and know nothing else",
  ),
  "packages/notifications": layer(["model", "http", "webhooks"], onItsOwn),
  "packages/operator": layer(["model", "jobs", "store", "webhooks"], "operators act through jobs and store"),
  "packages/runtime": layer(
    ["model", "redis", "http", "telemetry"],
    "the runtime knows a process's environment, its life and its health",
  ),
  "services/ingress": layer(
    [
      "compile-cache",
      "model",
      "redis",
      "http",
      "sealing",
      "callbacks",
      "webhooks",
      "jobs",
      "telemetry",
      "runtime",
    ],
    "the ingress has no database and no private key",
  ),
  "services/worker": layer(
    [
      "compile-cache",
      "model",
      "redis",
      "http",
      "sealing",
      "jobs",
      "store",
      "tokens",
      "trackunit",
      "webhooks",
      "syncs",
      "telemetry",
      "runtime",
    ],
    "callbacks are the ingress's, and operators have the board, the command line and the API",
  ),
  "services/board": layer(
    [
      "compile-cache",
      "model",
      "redis",
      "http",
      "sealing",
      "callbacks",
      "jobs",
      "store",
      "webhooks",
      "notifications",
      "operator",
      "telemetry",
      "trackunit",
      "runtime",
    ],
    "the board sees queues and store, and no secret but the webhooks' keys; of trackunit only the limits",
  ),
  "services/api": layer(
    [
      "compile-cache",
      "model",
      "redis",
      "http",
      "sealing",
      "jobs",
      "store",
      "operator",
      "tokens",
      "trackunit",
      "telemetry",
      "runtime",
    ],
    "the API opens tokens and asks the workers for new ones; it has no credential",
  ),
  "services/cli": layer(
    [
      "compile-cache",
      "model",
      "redis",
      "http",
      "sealing",
      "callbacks",
      "webhooks",
      "jobs",
      "store",
      "notifications",
      "operator",
      "tokens",
      "trackunit",
      "syncs",
      "telemetry",
      "runtime",
    ],
    "the command line acts through packages",
  ),
  "dev/architecture": layer([], "the architecture test reads the code and runs none of it"),
  "dev/simulator": layer(["compile-cache"], "the simulator is Trackunit and knows nothing of Fleetkeeper"),
  "dev/local-stack": layer([], "the local stack knows nothing of Fleetkeeper"),
  "dev/test-worlds": {
    mayImport: [...everyPackage, "dev/simulator", "dev/local-stack"],
    because: "worlds are built from packages",
  },
  "dev/demo": {
    mayImport: ["packages/client", ...everyPackage, "dev/simulator", "dev/local-stack"],
    because: "the demo starts services as processes",
  },
  "dev/bench": layer([], "the frame of the bench knows no row"),
  "dev/documents": {
    mayImport: [...everyPackage, "services/board"],
    because: "documents are made from the tables in the code",
  },
  "examples/express-app": layer(
    ["client"],
    "an example is a publisher's own back end, and has the client alone",
  ),
  "dev/chaos": {
    mayImport: [...everyPackage, "dev/demo", "dev/simulator", "dev/local-stack"],
    because: "chaos starts services as the demo does",
  },
};

/** Tests, benches and examples may also import these; those of services and of dev every service as well. */
export const forTests: readonly string[] = [
  ...everyPackage,
  "dev/simulator",
  "dev/local-stack",
  "dev/test-worlds",
  "dev/architecture",
  "packages/client",
  "examples/express-app",
];

function layer(names: string[], because: string): Layer {
  return { mayImport: names.map((name) => packages + name), because };
}
