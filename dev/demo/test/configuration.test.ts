// One truth for the configuration: what the services read, .env.example, the documents' tables and
// docker-compose.yml agree.

import { expect, test } from "vitest";
import { parse } from "yaml";
import { documentedRows, exampleRows, type Row, serviceNames, services, textOf } from "./variables.ts";

interface ComposeService {
  environment?: Record<string, string | null>;
  secrets?: string[];
  networks: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: object;
  mem_limit?: string;
  pids_limit?: number;
  depends_on?: Record<string, { condition: string }>;
}

const composeText = textOf("docker-compose.yml");
const compose: { services: Record<string, ComposeService> } = parse(composeText, { merge: true });
const composeService = (name: string): ComposeService => {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no ${name}`);
  return service;
};
const environmentOf = (name: string) => Object.keys(composeService(name).environment ?? {});
/** What stands for `${NAME:-default}` in docker-compose.yml and no service reads. */
const composeDefaults = new Map(
  [...composeText.matchAll(/\$\{([A-Z_]+)(?::-([^}]*))?/g)]
    .map(([, name = "", byDefault = ""]): [string, string] => [name, byDefault])
    .filter(([name]) => !serviceNames.some((service) => services[service].has(name))),
);

const everyVariable = [
  ...new Set([...serviceNames.flatMap((name) => [...services[name].keys()]), ...composeDefaults.keys()]),
];

test.each([...documentedRows()])(
  "the configuration tables of %s tell what the services read",
  (_path, rows) => {
    expect(rows.filter(({ meaning }) => meaning === "")).toEqual([]);
    expect(rows.map(factsOf)).toEqual(rows.map(({ name }) => truthOf(name, rows)));
  },
);

test("docs/configuration.md explains every variable once", () => {
  const names = documentedRows()
    .get("docs/configuration.md")
    ?.map(({ name }) => name);
  expect(names?.toSorted()).toEqual(everyVariable.toSorted());
});

test(".env.example has what docs/configuration.md has, and nothing else", () => {
  expect(exampleRows()).toEqual(documentedRows().get("docs/configuration.md"));
  expect(textOf(".env.example").match(/^#?[A-Z_]+=/gm)).toHaveLength(exampleRows().length);
});

test(".env.simulator sets only what docker-compose.yml hands on", () => {
  const names = [...textOf(".env.simulator").matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  const known = [...serviceNames.flatMap(environmentOf), "COMPOSE_PROFILES"];
  expect(names.filter((name) => !known.includes(name ?? ""))).toEqual([]);
});

test.each(serviceNames)("docker-compose.yml gives the %s each of its variables, and no other", (name) => {
  const given = environmentOf(name).map((variable) => variable.replace(/_FILE$/, ""));
  // Ports inside a container are the defaults: the healthchecks and the published ports count on it.
  const wanted = [...services[name].keys()].filter((variable) => !variable.endsWith("_PORT"));
  expect(given.toSorted()).toEqual(wanted.toSorted());
});

test.each(serviceNames)("docker-compose.yml leaves no required variable of the %s to chance", (name) => {
  const { environment = {} } = composeService(name);
  const open = [...services[name]].filter(
    ([variable, { required }]) => required && !(environment[variable] ?? environment[`${variable}_FILE`]),
  );
  expect(open).toEqual([]);
});

test("the ingress can neither reach MongoDB nor read a private key", () => {
  const ingress = composeService("ingress");
  expect(ingress.secrets?.slice(0, 4)).toEqual([
    "sealing_public_key",
    "ingress_signing_key",
    "webhook_key",
    "redis_url_ingress",
  ]);
  expect(ingress.secrets?.filter((name) => /private|token_key|board|mongodb/.test(name))).toEqual([]);
  expect(ingress.volumes ?? []).toEqual([]);
  expect(environmentOf("ingress").filter((name) => /MONGODB|PRIVATE|BOARD/.test(name))).toEqual([]);
  expect(ingress.networks.filter((name) => composeService("mongodb").networks.includes(name))).toEqual([]);
});

test("no secret is in a container's environment: each comes as a file that is handed to it", () => {
  for (const name of serviceNames) {
    const { environment = {}, secrets = [] } = composeService(name);
    const plain = Object.keys(environment).filter((variable) =>
      /(PASSWORD|SECRET|PRIVATE_KEYS|SESSION_KEY|TOKEN_KEY|SIGNING_KEY|WEBHOOK_KEY|CLIENT_KEY|REDIS_URL|MONGODB_URL)$/.test(
        variable,
      ),
    );
    expect([name, plain]).toEqual([name, []]);
    const files = Object.entries(environment).flatMap(([variable, path]) =>
      variable.endsWith("_FILE") ? [String(path).replace("/run/secrets/", "")] : [],
    );
    expect([name, files.toSorted()]).toEqual([name, secrets.toSorted()]);
  }
});

test("every container has a bound on its memory and its processes", () => {
  const unbound = Object.entries(compose.services).filter(
    ([, { mem_limit, pids_limit }]) => !mem_limit || !pids_limit,
  );
  expect(unbound).toEqual([]);
});

test("nothing listens on other addresses of the machine than its own", () => {
  const open = Object.entries(compose.services).filter(([, { ports = [] }]) =>
    ports.some((port) => !port.startsWith("127.0.0.1:")),
  );
  expect(open.map(([name]) => name)).toEqual([]);
});

test("every container that stays has a healthcheck, and waits for the health of what it needs", () => {
  const staying = Object.entries(compose.services).filter(([name]) => !["keys", "cli"].includes(name));
  expect(staying.filter(([, { healthcheck }]) => healthcheck === undefined)).toEqual([]);
  const conditions = staying.flatMap(([, { depends_on = {} }]) => Object.values(depends_on));
  expect(new Set(conditions.map(({ condition }) => condition))).toEqual(new Set(["service_healthy"]));
});

function factsOf({ meaning: _, ...facts }: Row): Omit<Row, "meaning"> {
  return facts;
}

/** What a table should say of a variable; of a default that isn't known here, what it says. */
function truthOf(name: string, rows: readonly Row[]): Omit<Row, "meaning"> {
  const readers = serviceNames.filter((service) => services[service].has(name));
  const stated = rows.find((row) => row.name === name)?.byDefault ?? "";
  if (readers.length === 0) {
    const byDefault = composeDefaults.get(name);
    return {
      name,
      byDefault: byDefault ?? "",
      required: false,
      of: byDefault === undefined ? [] : ["compose"],
    };
  }
  const variables = readers.flatMap((service) => services[service].get(name) ?? []);
  const defaults = new Set(variables.map(({ byDefault }) => byDefault ?? stated));
  return {
    name,
    byDefault: [...defaults].join(" or "),
    required: variables.some(({ required }) => required),
    of: readers,
  };
}
