// The API's configuration, from the environment. Every variable is explained in docs/configuration.md.

import {
  certificatePairs,
  outboundOptionsOf,
  outboundPairs,
  outboundVariables,
  pickVariables,
  readEnvironment,
  variable,
} from "@fleetkeeper/runtime";
import { parseTokenKeys } from "@fleetkeeper/sealing";
import { checkMongodbUrl } from "@fleetkeeper/store";
import { z } from "zod";

export const schema = z
  .object({
    ...pickVariables("REDIS_URL", "REDIS_NAMESPACE"),
    MONGODB_URL: variable.checkedBy(checkMongodbUrl),
    ...pickVariables("TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL", "TRACKUNIT_SCOPES"),
    ...outboundVariables,
    TOKEN_KEY: variable.parsedBy(parseTokenKeys),
    API_HOST: variable.host("127.0.0.1"),
    API_PORT: variable.port(3003),
    API_KEY_REQUESTS_PER_SECOND: variable.wholeNumber(100, { max: 1_000_000 }),
    ...pickVariables("OPS_HOST", "OPS_PORT", "LOG_LEVEL"),
  })
  .superRefine(certificatePairs(...outboundPairs));

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    redisUrl: values.redisUrl,
    namespace: values.redisNamespace,
    mongodbUrl: values.mongodbUrl,
    /** What the workers keep their tokens under. */
    tokenInputs: { tokenUrl: values.trackunitTokenUrl, scopes: values.trackunitScopes },
    tokenKeys: values.tokenKey,
    trackunitUrl: values.trackunitApiUrl,
    outbound: outboundOptionsOf(values),
    host: values.apiHost,
    port: values.apiPort,
    keyRequestsPerSecond: values.apiKeyRequestsPerSecond,
    opsHost: values.opsHost,
    opsPort: values.opsPort,
    logLevel: values.logLevel,
  };
}
