// The API's configuration, from the environment. Every variable is explained in docs/configuration.md.

import {
  commonOptionsOf,
  pickVariables,
  readEnvironment,
  schemaWithOutbound,
  variable,
} from "@fleetkeeper/runtime";
import { parsePublicKey, parseTokenKeys } from "@fleetkeeper/sealing";
import { checkMongodbUrl } from "@fleetkeeper/store";

export const schema = schemaWithOutbound({
  MONGODB_URL: variable.checkedBy(checkMongodbUrl),
  ...pickVariables("TRACKUNIT_TOKEN_URL", "TRACKUNIT_API_URL", "TRACKUNIT_SCOPES"),
  TOKEN_KEY: variable.parsedBy(parseTokenKeys),
  SEALING_PUBLIC_KEY: variable.parsedBy(parsePublicKey).optional(),
  ...pickVariables("NOTIFY_ADDRESSES"),
  API_HOST: variable.host("127.0.0.1"),
  API_PORT: variable.port(3003),
  API_KEY_REQUESTS_PER_SECOND: variable.wholeNumber(100, { max: 1_000_000 }),
});

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigurationError that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const values = readEnvironment(schema, env);
  return {
    mongodbUrl: values.mongodbUrl,
    /** What the workers keep their tokens under. */
    tokenInputs: { tokenUrl: values.trackunitTokenUrl, scopes: values.trackunitScopes },
    tokenKeys: values.tokenKey,
    sealingPublicKey: values.sealingPublicKey,
    notifyAnyAddress: values.notifyAddresses === "any",
    trackunitUrl: values.trackunitApiUrl,
    ...commonOptionsOf(values),
    host: values.apiHost,
    port: values.apiPort,
    keyRequestsPerSecond: values.apiKeyRequestsPerSecond,
  };
}
