// What each service reads of its environment, by its own word; and what .env.example, the documents and
// docker-compose.yml say.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { schema as apiSchema } from "../../../services/api/src/config.ts";
import { schema as boardSchema } from "../../../services/board/src/config.ts";
import { schema as ingressSchema } from "../../../services/ingress/src/config.ts";
import { schema as workerSchema } from "../../../services/worker/src/config.ts";
import { readConfig as readSimulatorConfig } from "../../simulator/src/config.ts";

export const root = join(import.meta.dirname, "../../..");
export const textOf = (path: string) => readFileSync(join(root, path), "utf8");

export const services = {
  ingress: variablesOf(ingressSchema.shape),
  worker: variablesOf(workerSchema.shape),
  board: variablesOf(boardSchema.shape),
  api: variablesOf(apiSchema.shape),
  simulator: simulatorVariables(),
};

export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as ServiceName[];

/** A variable as a table of a document, or .env.example, states it. */
export interface Row {
  name: string;
  /** As it would be written in .env.example; empty if there is none. */
  byDefault: string;
  required: boolean;
  of: string[];
  meaning: string;
}

interface Variable {
  required: boolean;
  /** As it would be written in .env.example; undefined if it isn't known here. */
  byDefault: string | undefined;
}

interface Parsed {
  success: boolean;
  data?: unknown;
}

function variablesOf(shape: Record<string, { safeParse: (value: unknown) => Parsed }>) {
  const variables = Object.entries(shape).map(([name, schema]): [string, Variable] => {
    const unset = schema.safeParse(undefined);
    const value = unset.data ?? "";
    return [
      name,
      { required: !unset.success, byDefault: Array.isArray(value) ? value.join(" ") : String(value) },
    ];
  });
  return new Map(variables);
}

/** The simulator has no schema: the names it asks for, and the defaults that its configuration has. */
function simulatorVariables() {
  const asked: string[] = [];
  const env = new Proxy<Record<string, string>>({}, { get: (_env, name) => void asked.push(String(name)) });
  const { options, accounts } = readSimulatorConfig(env);
  const known: Record<string, number | undefined> = {
    SIMULATOR_PORT: options.port,
    SIMULATOR_ACCOUNTS: accounts,
  };
  return new Map(
    asked.map((name): [string, Variable] => [name, { required: false, byDefault: known[name]?.toString() }]),
  );
}

/** The rows of all tables after a `<!-- configuration -->`, by document. */
export function documentedRows(): Map<string, Row[]> {
  const pages = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
  const documents = [...readdirSync(root), ...pages].filter((path) => path.endsWith(".md"));
  const rows = documents.map((path): [string, Row[]] => {
    const [, ...sections] = textOf(path).split(/^<!-- configuration -->$/m);
    return [path, sections.flatMap((section) => firstTable(section).map(rowOf))];
  });
  return new Map(rows.filter(([, found]) => found.length > 0));
}

function firstTable(section: string): string[] {
  const [table = ""] = section.trimStart().split(/\n(?!\|)/);
  return table.split("\n").slice(2);
}

function rowOf(line: string): Row {
  const [name = "", byDefault = "", of = "", meaning = ""] = line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
  const required = byDefault === "required";
  const none = required || byDefault === "none";
  return { name, byDefault: none ? "" : byDefault, required, of: of.split(", "), meaning };
}

/** The entries of .env.example: `# meaning [services]`, then `NAME=default`. */
export function exampleRows(): Row[] {
  const entry = /^# (.+) \[(.+?)(; required)?\]\n#?([A-Z_]+)=(.*)$/gm;
  return [...textOf(".env.example").matchAll(entry)].map(
    ([, meaning = "", of = "", required, name = "", byDefault = ""]) => ({
      name,
      byDefault,
      required: required !== undefined,
      of: of.split(", "),
      meaning,
    }),
  );
}
