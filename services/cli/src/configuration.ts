// The variables that commands read: the services' own, each command only those that it uses.

import {
  outboundOptionsOf,
  outboundSchema,
  readEnvironment,
  sharedVariables,
  type Values,
  variable,
} from "@fleetkeeper/runtime";
import {
  parsePrivateKeys,
  parsePublicKey,
  parseSigningKey,
  parseTokenKeys,
  parseVerificationKeys,
} from "@fleetkeeper/sealing";
import { checkMongodbUrl } from "@fleetkeeper/store";
import { z } from "zod";

export const variables = {
  ...sharedVariables,
  MONGODB_URL: variable.checkedBy(checkMongodbUrl),
  SEALING_PUBLIC_KEY: variable.parsedBy(parsePublicKey),
  SEALING_PRIVATE_KEYS: variable.parsedBy(parsePrivateKeys),
  INGRESS_SIGNING_KEY: variable.parsedBy(parseSigningKey),
  INGRESS_VERIFICATION_KEYS: variable.parsedBy(parseVerificationKeys),
  TOKEN_KEY: variable.parsedBy(parseTokenKeys),
  WEBHOOK_KEY: variable.parsedBy(parseTokenKeys).optional(),
};

export type VariableName = keyof typeof variables;

/** Each under its name in camelCase. @throws ConfigurationError that lists every fault of these variables. */
export function readVariables<Name extends VariableName>(
  env: NodeJS.ProcessEnv,
  ...names: Name[]
): Values<Pick<typeof variables, Name>> {
  const shape = Object.fromEntries(names.map((name) => [name, variables[name]]));
  return readEnvironment(z.object(shape as Pick<typeof variables, Name>), env);
}

/** How requests go out: the options of the package `http`. @throws ConfigurationError */
export function readOutbound(env: NodeJS.ProcessEnv) {
  return outboundOptionsOf(readEnvironment(outboundSchema, env));
}

/** Whether a variable is set, directly or as a file. */
export function isSet(env: NodeJS.ProcessEnv, name: VariableName): boolean {
  return Boolean(env[name] || env[`${name}_FILE`]);
}
