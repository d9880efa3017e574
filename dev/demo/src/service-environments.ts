// What each service of a system on one machine is told by its environment.

import type { Simulator } from "@fleetkeeper/simulator";
import type { Secrets } from "./secrets.ts";
import type { ServiceName } from "./service-process.ts";

export interface ServiceEnvironment {
  name: Exclude<ServiceName, "api">;
  env: Record<string, string>;
  /** Its `/readyz`. */
  readyUrl: string;
}

/** `env`: what the developer set. Ports are of 127.0.0.1. */
export function serviceEnvironments(options: {
  env: NodeJS.ProcessEnv;
  secrets: Secrets;
  simulator: Pick<Simulator, "jwksUrl" | "tokenUrl" | "apiUrl" | "settings">;
  ports: Record<"ingress" | "board" | "ingressOps" | "workerOps", number>;
  redisUrl: string;
  mongodbUrl: string;
  boardUser: string;
  boardPassword: string;
}): ServiceEnvironment[] {
  const { env, secrets, simulator, ports, redisUrl, mongodbUrl, boardUser, boardPassword } = options;
  const shared = {
    REDIS_URL: redisUrl,
    REDIS_NAMESPACE: env.REDIS_NAMESPACE ?? "fleetkeeper",
    MONGODB_URL: mongodbUrl,
    LOG_LEVEL: env.LOG_LEVEL ?? "info",
    WEBHOOK_KEY: secrets.webhookKey,
    TRACKUNIT_JWKS_URL: simulator.jwksUrl,
    TRACKUNIT_TOKEN_URL: simulator.tokenUrl,
    TRACKUNIT_API_URL: simulator.apiUrl,
    TRACKUNIT_APP_IDS: simulator.settings.app,
    TRACKUNIT_SCOPES: env.TRACKUNIT_SCOPES ?? simulator.settings.scopes.join(" "),
    OTEL_EXPORTER_OTLP_ENDPOINT: env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "",
  };
  return [
    {
      name: "ingress",
      readyUrl: `http://127.0.0.1:${ports.ingressOps}/readyz`,
      env: {
        ...shared,
        SEALING_PUBLIC_KEY: secrets.sealingPublicKey,
        INGRESS_SIGNING_KEY: secrets.ingressSigningKey,
        INGRESS_PATH: env.INGRESS_PATH ?? "",
        INGRESS_PORT: String(ports.ingress),
        OPS_PORT: String(ports.ingressOps),
        ...withPrefix(env, "INGRESS_WAIT_"),
      },
    },
    {
      name: "worker",
      readyUrl: `http://127.0.0.1:${ports.workerOps}/readyz`,
      env: {
        ...shared,
        SEALING_PUBLIC_KEY: secrets.sealingPublicKey,
        SEALING_PRIVATE_KEYS: secrets.sealingPrivateKeys,
        INGRESS_VERIFICATION_KEYS: secrets.ingressVerificationKeys,
        TOKEN_KEY: secrets.tokenKey,
        NOTIFY_ADDRESSES: env.NOTIFY_ADDRESSES ?? "any",
        // Trackunit documents no such request; this one is the simulator's.
        TRACKUNIT_ACCOUNT_QUERY: JSON.stringify({
          path: "/simulated/account",
          field: "accountId",
          nameField: "name",
        }),
        OPS_PORT: String(ports.workerOps),
        ...withPrefix(env, "SYNC_"),
      },
    },
    {
      name: "board",
      readyUrl: `http://127.0.0.1:${ports.board}/readyz`,
      env: {
        ...shared,
        INGRESS_PUBLIC_URL: `http://127.0.0.1:${ports.ingress}${env.INGRESS_PATH ?? ""}`,
        INGRESS_VERIFICATION_KEYS: secrets.ingressVerificationKeys,
        SEALING_PUBLIC_KEY: secrets.sealingPublicKey,
        NOTIFY_ADDRESSES: env.NOTIFY_ADDRESSES ?? "any",
        ...withPrefix(env, "NOTIFICATIONS_"),
        BOARD_PORT: String(ports.board),
        BOARD_USER: boardUser,
        BOARD_PASSWORD: boardPassword,
      },
    },
  ];
}

/** What a developer set for the syncs: modules of one's own, sizes of slices. */
function withPrefix(env: NodeJS.ProcessEnv, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (name.startsWith(prefix) && value ? [[name, value]] : [])),
  );
}

/** The variables of all services for the command line, as lines of a `.env` file. */
export function environmentFile(environments: readonly ServiceEnvironment[]): string {
  const all = Object.assign({}, ...environments.map(({ env }) => env)) as Record<string, string>;
  const lines = Object.entries(all).filter(([name, value]) => value !== "" && name !== "OPS_PORT");
  return `# The system that is running here.\n${lines.map(([name, value]) => `${name}=${quoted(value)}\n`).join("")}`;
}

/** In marks that the value does not have: a password of the developer's own may have any. */
function quoted(value: string): string {
  const mark = ["'", "`", '"'].find((one) => !value.includes(one)) ?? "'";
  return `${mark}${value}${mark}`;
}
