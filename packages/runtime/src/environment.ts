// Reads a service's configuration from the environment: all faults at once, secrets also from files (`NAME_FILE`).

import { readFileSync } from "node:fs";
import { parseRedisUrl, RedisUrlError } from "@fleetkeeper/redis";
import { hideVariable } from "@fleetkeeper/telemetry";
import { z } from "zod";

/** The environment does not hold what the service needs. The message has one line a variable and no value. */
export class ConfigurationError extends Error {
  readonly code = "ERR_CONFIGURATION";
  readonly remedy = "never";

  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
    this.faults = faults;
  }
}

/**
 * Reads the variables that `schema` names. An empty variable counts as unset; `NAME_FILE` holds the path of a file
 * with the value of `NAME`, without its last line break. What is secret in them is hidden from the log from then on.
 * @throws ConfigurationError that lists every fault.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Shape>> {
  const faults: string[] = [];
  const values = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, readVariable(name, env, faults)]),
  );
  for (const [name, value] of Object.entries(values)) if (value !== undefined) hideVariable(name, value);
  for (const [name, value] of Object.entries(env))
    if (/_proxy$/i.test(name) && value !== undefined) hideVariable(name, value);
  const result = schema.safeParse(values);
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (!faults.some((fault) => fault.startsWith(`${name}:`) || fault.startsWith(`${name}_FILE:`)))
      faults.push(`${name}: ${values[name] === undefined ? "is not set" : issue.message}`);
  }
  if (faults.length > 0 || !result.success) throw new ConfigurationError(faults);
  return result.data;
}

/** Written in small letters by most: that form goes before the other, as with other programs. */
const alsoInSmallLetters = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

function readVariable(name: string, env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const inSmallLetters = alsoInSmallLetters.includes(name) ? env[name.toLowerCase()] : undefined;
  const value = inSmallLetters || env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (path === undefined) return value;
  if (value !== undefined) {
    faults.push(`${name}: is set both by itself and by ${name}_FILE; keep one`);
    return undefined;
  }
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "") || undefined;
  } catch (error) {
    faults.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
    return undefined;
  }
}

/** Schemas for the kinds of variable that several services have. */
export const variable = {
  url: (...protocols: string[]) =>
    z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `is not a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    }),
  /** One server, a Sentinel group or a cluster. */
  redisUrl: () =>
    z.string().superRefine((text, context) => {
      try {
        parseRedisUrl(text);
      } catch (error) {
        if (!(error instanceof RedisUrlError)) throw error;
        context.addIssue({ code: "custom", message: error.message });
      }
    }),
  /** May name several hosts, which `URL` refuses. */
  mongodbUrl: () =>
    z.string().regex(/^mongodb(\+srv)?:\/\/./, {
      error: "is not a URL that starts with mongodb:// or mongodb+srv://",
    }),
  port: (byDefault: number) => z.coerce.number().int().min(0).max(65_535).default(byDefault),
  positive: (byDefault: number) => z.coerce.number().int().positive().default(byDefault),
  /** Words between `separator`s, without empty ones. */
  list: (separator: RegExp) =>
    z.string().transform((text) =>
      text
        .split(separator)
        .map((word) => word.trim())
        .filter((word) => word !== ""),
    ),
  json: <T extends z.ZodType>(schema: T) =>
    z
      .string()
      .transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.issues.push({ code: "custom", message: "is not JSON", input: undefined });
          return z.NEVER;
        }
      })
      .pipe(schema),
};
