import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installationIdOf } from "@fleetkeeper/model";
import { expect, test, vi } from "vitest";
import { parse } from "yaml";
import { createApiMetrics } from "../../../../services/api/src/metrics.ts";
import { readLogs, runSystem } from "../running-system.ts";
import { readExposition } from "./exposition.ts";
import { selectorsOf } from "./promql.ts";

const root = join(import.meta.dirname, "../../../..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook_url?: string };
}
const rules: Rule[] = parse(textOf("deploy/prometheus/alerts.yml")).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
);

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}
const { panels }: { panels: Panel[] } = JSON.parse(textOf("deploy/grafana/fleetkeeper.json"));

/** Every expression with the labels that the text beside it shows. */
const expressions = [
  ...rules.map(({ alert, expr, annotations }) => ({ where: alert, expr, shown: annotations.summary })),
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ where: title, expr, shown: legendFormat })),
  ),
];

test("each alert links to its own part of the runbook", () => {
  const headings = [...textOf("docs/runbook.md").matchAll(/^## (Fleetkeeper\w+)$/gm)].map(
    ([, name = ""]) => name,
  );
  expect(rules.map(({ alert }) => alert).toSorted()).toEqual(headings.toSorted());
  const label = "{{ $externalLabels.fleetkeeper_docs }}";
  for (const { alert, annotations } of rules)
    expect(annotations.runbook_url).toBe(`${label}/runbook.md#${alert.toLowerCase()}`);
  expect(parse(textOf("deploy/prometheus/prometheus.yml")).global.external_labels.fleetkeeper_docs).toMatch(
    /\/docs$/,
  );
});

/** Prometheus's own, and what it adds to each series when it scrapes. */
const ofPrometheus = { metric: "up", labels: ["job", "instance"] };

const patient = { timeout: 60_000, interval: 200 };

/** The metrics of all three services, after installs, refusals and a run of every sync of the accounts. */
async function runAndScrape(system: Awaited<ReturnType<typeof runSystem>>, accountIds: readonly string[]) {
  const { simulator, store, ingressUrl, boardUrl, boardUser, boardPassword, opsUrls } = system;
  for (const accountId of accountIds) expect((await simulator.install(accountId)).status).toBe(202);
  await fetch(`${ingressUrl}/appinstall`, { method: "POST" });
  for (const accountId of accountIds)
    await vi.waitFor(async () => {
      const id = installationIdOf(simulator.settings.app, accountId);
      const syncs = await store.syncs.ofInstallation(id);
      expect(syncs.length).toBeGreaterThan(0);
      expect(syncs.map(({ lastRun }) => lastRun?.outcome)).toEqual(syncs.map(() => "succeeded"));
    }, patient);
  await deliverWebhook(system, accountIds[0] ?? "");
  const authorization = `Basic ${Buffer.from(`${boardUser}:${boardPassword}`).toString("base64")}`;
  const answers = await Promise.all([
    ...opsUrls.map((url) => fetch(`${url}/metrics`)),
    fetch(`${boardUrl}/metrics`, { headers: { authorization } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  return { texts, ...readExposition(...texts) };
}

/** One that lets a sync run. */
async function deliverWebhook(
  { simulator, store, webhookEndpointOf }: Awaited<ReturnType<typeof runSystem>>,
  accountId: string,
): Promise<void> {
  const id = installationIdOf(simulator.settings.app, accountId);
  simulator.addWebhookTarget(accountId, await webhookEndpointOf(id));
  await vi.waitFor(async () => {
    const [sent] = await simulator.sendWebhook(accountId, "sites.asset.enter");
    expect(sent?.attempts[0]?.status).toBe(202);
  }, patient);
  await vi.waitFor(async () => {
    const syncs = await store.syncs.ofInstallation(id);
    expect(syncs.find(({ sync }) => sync === "sites")?.lastRun?.setOffBy).toBeDefined();
  }, patient);
}

test("every metric and label of alerts and dashboard is exported, every metric and log field is documented", async () => {
  // Operators are told in one way, which is never needed here: its metric is there.
  const told = { NOTIFICATIONS_SLACK_URL: "https://hooks.test/services/x", NOTIFICATIONS_WINDOW_S: "3600" };
  const system = await runSystem({ LOG_LEVEL: "debug", ...told });
  const account = system.simulator.addAccount({ assets: 20 });
  const { labelsOf, families } = await runAndScrape(system, [account.accountId]);
  for (const [metric, labels] of labelsOfApi()) labelsOf.set(metric, labels);

  for (const { where, expr, shown } of expressions) {
    const selectors = selectorsOf(expr);
    expect(selectors.length, where).toBeGreaterThan(0);
    for (const { metric, labels } of selectors.filter((one) => one.metric !== ofPrometheus.metric)) {
      const known = labelsOf.get(metric);
      expect(known, `${metric}, of "${where}"`).toBeDefined();
      const named = [...labels, ...labelsShown(shown)].filter(
        (label) => !ofPrometheus.labels.includes(label),
      );
      for (const label of named) expect(known, `${metric}{${label}}, of "${where}"`).toContain(label);
    }
  }

  const ours = [...families].filter(([name]) => name.startsWith("fleetkeeper_"));
  const exported = ours.map(([name, { type, labels, services, meaning }]) => ({
    name,
    type,
    labels: [...labels].sort(),
    services: [...services].sort(),
    meaning,
  }));
  expect(documentedMetrics()).toEqual(exported.sort((a, b) => (a.name < b.name ? -1 : 1)));
  expect(await undocumentedFields(system.logDir)).toEqual([]);
});

test("many accounts make no more series than a few, and no series names one", async () => {
  const system = await runSystem();
  const addAccounts = (count: number) =>
    Array.from({ length: count }, () => system.simulator.addAccount({ assets: 3 }).accountId);
  const few = await runAndScrape(system, addAccounts(2));
  const accountIds = addAccounts(15);
  const many = await runAndScrape(system, accountIds);
  // A result or an outcome may be seen for the first time; one for each account would be too many.
  const added = [...many.series].filter((name) => name.startsWith("fleetkeeper_") && !few.series.has(name));
  const kinds = new Set(added.map((name) => name.replace(/(_bucket|_sum|_count)?\{(le="[^"]*",)?/, "{")));
  expect([...kinds].slice(0, accountIds.length / 3)).toEqual([...kinds]);
  for (const accountId of accountIds) expect(many.texts.join()).not.toContain(accountId);
});

test("every code that an alert or a document on operations names is one of ours", () => {
  const ofAlerts = expressions
    .flatMap(({ expr }) => selectorsOf(expr))
    .flatMap(({ values }) => values.join("|").split("|"));
  const ofDocuments = ["operations", "metrics", "runbook"].flatMap((name) =>
    [...textOf(`docs/${name}.md`).matchAll(/`(ERR_\w+)`/g)].map(([, code = ""]) => code),
  );
  const named = [...ofAlerts, ...ofDocuments].filter((value) => /^ERR_[A-Z_]+$/.test(value));
  expect(named.length).toBeGreaterThan(20);
  const sources = sourceTexts();
  for (const code of new Set(named)) expect(sources, code).toMatch(new RegExp(`\\b${code}\\b`));
});

test("docs/runbook.md says of every alert what it means and what to do, and of no other", () => {
  const headings = [...textOf("docs/runbook.md").matchAll(/^## (Fleetkeeper\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
});

/** The API's, which docs/api.md documents: it does not run here. */
function labelsOfApi(): Map<string, Set<string>> {
  const { registry } = createApiMetrics();
  const own = registry.getMetricsAsArray().filter(({ name }) => name.startsWith("fleetkeeper_publisher_"));
  return new Map(
    own.flatMap((metric) => {
      const { name, labelNames = [] } = metric as typeof metric & { labelNames?: string[] };
      const series = name.endsWith("_seconds") ? ["_bucket", "_count", "_sum"] : [""];
      return series.map((end) => [name + end, new Set([...labelNames, "le"])] as const);
    }),
  );
}

/** `{{result}}` in a legend, `{{ $labels.result }}` in an annotation. */
function labelsShown(text: string): string[] {
  return [...text.matchAll(/\{\{ *(?:\$labels\.)?(\w+) *\}\}/g)].flatMap(([, label]) => label ?? []);
}

/** The rows of the table after `<!-- metrics -->`. */
function documentedMetrics() {
  const [, section = ""] = textOf("docs/metrics.md").split("<!-- metrics -->\n\n");
  const [table = ""] = section.split("\n\n");
  const rows = table
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, 6)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  const list = (cell: string) => (cell === "" ? [] : cell.split(", "));
  return rows.map(([name = "", type = "", labels = "", services = "", meaning = ""]) => ({
    name,
    type,
    labels: list(labels),
    services: list(services),
    meaning,
  }));
}

/** Fields of log lines that the table after `<!-- log fields -->` does not name. */
async function undocumentedFields(logDir: string): Promise<string[]> {
  const [, section = ""] = textOf("docs/metrics.md").split("<!-- log fields -->\n\n");
  const documented = new Set(
    [...section.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = ""]) => wordsIn(cell)),
  );
  const lines = (await readLogs(logDir)).split("\n").filter((line) => line.startsWith("{"));
  expect(lines.length).toBeGreaterThan(20);
  const seen = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))));
  return [...seen].filter((field) => !documented.has(field));
}

function wordsIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].flatMap(([, word]) => word ?? []);
}

function sourceTexts(): string {
  const folders = ["packages", "services"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, "src")),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return files
    .filter((file) => file.endsWith(".ts"))
    .map(textOf)
    .join("\n");
}
