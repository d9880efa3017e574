// Reads a process's configuration from the environment: all faults at once, secrets also from files
// (`NAME_FILE`).

import { readFileSync } from "node:fs";
import { defineError, FleetkeeperError } from "@fleetkeeper/model";
import { hideVariable } from "@fleetkeeper/telemetry";
import type { z } from "zod";
import { authoritiesFault } from "./certificates.ts";

/** The environment does not hold what the process needs. The message has one line per fault and no value. */
export class ConfigurationError extends defineError(FleetkeeperError, "ERR_CONFIGURATION", "never") {
  readonly faults: readonly string[];

  /** @param faults each `NAME: what is wrong with it, and what to do` */
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/**
 * What a reader of the configuration says is wrong, one by one; empty where all is well. Other errors
 * continue.
 */
export function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

/** `REDIS_URL` as `redisUrl`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

/** What a schema of variables becomes: each under its name in camelCase. */
export type Values<Shape extends z.ZodRawShape> = {
  [Name in keyof Shape & string as CamelCase<Name>]: z.output<Shape[Name]>;
};

/**
 * Reads the variables that `schema` names; each is given back under its name in camelCase. A blank variable
 * counts as unset, and so does an empty file; `NAME_FILE` holds the path of a file with the value of `NAME`,
 * without its last line break. What is secret in them is hidden from the log from then on.
 * @throws ConfigurationError that lists every fault.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: NodeJS.ProcessEnv,
): Values<Shape> {
  const faults = authoritiesFault(env.NODE_EXTRA_CA_CERTS);
  const read = Object.keys(schema.shape).map((name) => readVariable(name, env, faults));
  for (const { name, value } of read) if (value !== undefined) hideVariable(name, value);
  // What libraries read, such as OTEL_EXPORTER_OTLP_HEADERS, is hidden too.
  for (const [name, value] of Object.entries(env))
    if (/_proxy$|_headers$/i.test(name) && value !== undefined) hideVariable(name, value);
  const values = Object.fromEntries(read.map(({ name, value }) => [name, value]));
  const result = schema.safeParse(values);
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0]);
    const { said = name, value } = read.find((one) => one.name === name) ?? {};
    if (!faults.some((fault) => fault.startsWith(`${name}:`) || fault.startsWith(`${said}:`)))
      faults.push(`${said}: ${faultOf(name, said, value, issue.message)}`);
  }
  if (faults.length > 0 || !result.success) throw new ConfigurationError(faults);
  return Object.fromEntries(
    Object.entries(result.data).map(([name, value]) => [camelCase(name), value]),
  ) as Values<Shape>;
}

interface Read {
  name: string;
  /** As the operator wrote it: `name`, `NAME_FILE`, or in small letters. */
  said: string;
  value: string | undefined;
}

/** Written in small letters by most: that form goes before the other, as with other programs. */
const alsoInSmallLetters = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

function readVariable(name: string, env: NodeJS.ProcessEnv, faults: string[]): Read {
  const small = name.toLowerCase();
  const said = alsoInSmallLetters.includes(name) && isSet(env[small]) ? small : name;
  const value = isSet(env[said]) ? env[said] : undefined;
  const path = env[`${name}_FILE`]?.trim();
  if (!path) return { name, said, value };
  const file = `${name}_FILE`;
  if (value !== undefined) {
    faults.push(`${said}: is set both directly and by ${file}; keep one`);
    return { name, said, value: undefined };
  }
  try {
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    // Anyone who mounts a file has to have one: an empty one is how Compose leaves a variable unset.
    return { name, said: file, value: isSet(text) ? text : undefined };
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    faults.push(`${file}: cannot be read (${code}); name a file that this process may read`);
    return { name, said: file, value: undefined };
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

function faultOf(name: string, said: string, value: string | undefined, message: string): string {
  if (value === undefined)
    return said === name ? "is not set" : `the file is empty; write the value of ${name} into it`;
  if (/^(["']).*\1$/s.test(value.trim()))
    return "is in quotation marks, which are not removed here: leave them out";
  return message;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
}
