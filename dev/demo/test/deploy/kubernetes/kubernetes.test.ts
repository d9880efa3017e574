// deploy/kubernetes as it is written: sound, complete, and no wider open than ARCHITECTURE.md says.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root, services, textOf } from "../../variables.ts";
import { selectorsOf } from "../promql.ts";
import { folder, type Manifest, type Workload, workloadsOf, writtenManifests } from "./manifests.ts";
import { createReaches, home } from "./reach.ts";
import { schemaFaults } from "./schema-faults.ts";

const base = writtenManifests("base");
const all = ["base", "autoscaling", "prometheus", "example"].flatMap(writtenManifests);
const workloads = workloadsOf(base);
const deployments = workloads.filter(({ kind }) => kind === "Deployment");
const compose: { services: Record<string, { environment: object; secrets: string[] }> } = parse(
  textOf("docker-compose.yml"),
  { merge: true },
);

const workload = (component: string): Workload =>
  workloads.find((one) => one.component === component) ?? fail(`no workload ${component}`);

interface ScaledSpec {
  scaleTargetRef: { name: string };
  minReplicaCount: number;
  triggers: { metadata: { query: string } }[];
}

test("every manifest fits the schema of its kind, and uses no word that it does not know", () => {
  expect(all.flatMap(schemaFaults)).toEqual([]);
  const typing = JSON.stringify(base.find(({ kind }) => kind === "Deployment"));
  const misspelt: Manifest = JSON.parse(typing.replace("readOnlyRootFilesystem", "readonlyRootFilesystem"));
  expect(schemaFaults(misspelt)).toHaveLength(1);
  const mistyped: Manifest = JSON.parse(typing.replace('"periodSeconds":5', '"periodSeconds":"5 s"'));
  expect(schemaFaults(mistyped)).toHaveLength(1);
});

test("kustomize lists every file", () => {
  const { resources } = parse(readFileSync(join(folder, "base/kustomization.yaml"), "utf8"));
  const services = ["ingress", "worker", "board", "api", "cli"].map((name) => `${name}.yaml`);
  expect(resources).toEqual([...services, "network-policies.yaml"]);
});

test.each(["ingress", "worker", "board", "api"] as const)(
  "the %s gets each of its variables, and no other",
  (name) => {
    const given = workload(name).container.env.map((one) => one.name.replace(/_FILE$/, ""));
    const wanted = [...services[name].keys()].filter((variable) => !variable.endsWith("_PORT"));
    expect(given.toSorted()).toEqual(wanted.toSorted());
    const open = [...services[name]].filter(([variable, { required }]) => {
      const one = workload(name).container.env.find((given) => given.name.replace(/_FILE$/, "") === variable);
      return required && one?.value === undefined && one?.valueFrom?.configMapKeyRef.optional !== undefined;
    });
    expect(open).toEqual([]);
  },
);

test("the command line gets what it gets from docker-compose.yml", () => {
  const given = workload("cli").container.env.map(({ name }) => name);
  expect(given.toSorted()).toEqual(Object.keys(compose.services.cli?.environment ?? {}).toSorted());
});

test("each secret comes as a file of the service's own Secret; settings come from one ConfigMap", () => {
  for (const { component, container, pod } of workloads) {
    const files = container.env.filter(({ name }) => name.endsWith("_FILE"));
    expect([component, files.map(({ value }) => value?.replace("/run/fleetkeeper/", "")).toSorted()]).toEqual(
      [component, compose.services[component]?.secrets.toSorted()],
    );
    expect(pod.volumes.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual([
      `fleetkeeper-${component}`,
    ]);
    for (const { name, value, valueFrom } of container.env)
      if (value === undefined)
        expect([component, valueFrom?.configMapKeyRef]).toMatchObject([
          component,
          { name: "fleetkeeper", key: name },
        ]);
      else if (!name.endsWith("_FILE")) expect([name, value]).toEqual([name, "0.0.0.0"]);
  }
  const { secretGenerator } = parse(readFileSync(join(folder, "example/kustomization.yaml"), "utf8"));
  expect(secretGenerator).toEqual(
    workloads
      .map(({ component }) => ({
        name: `fleetkeeper-${component}`,
        files: compose.services[component]?.secrets.map((file) => `secrets/${file}`),
      }))
      .toSorted(inOrderOf(["ingress", "worker", "board", "api", "cli"])),
  );
});

test("nothing runs as root, writes to its image, has a capability or a token of the cluster, or is without a bound", () => {
  expect(workloads).toHaveLength(5);
  for (const { component, pod, container } of workloads) {
    expect([component, pod]).toMatchObject([
      component,
      {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      },
    ]);
    expect([component, container.securityContext]).toEqual([
      component,
      { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ]);
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    // Services close within 25 s; those that wait before it have so much longer.
    const waits = /"sleep":\{"seconds":(\d+)\}/.exec(JSON.stringify(container))?.[1] ?? "0";
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30 + Number(waits));
    expect(pod.volumes.filter(({ emptyDir }) => emptyDir !== undefined && !emptyDir.sizeLimit)).toEqual([]);
  }
});

test("each service is ready by its own word, and a worker lives by the jobs that it takes", () => {
  for (const { component, container } of deployments) {
    expect([component, container.readinessProbe?.httpGet.path]).toEqual([component, "/readyz"]);
    const deep = component === "worker" || component === "ingress";
    expect([component, container.startupProbe?.httpGet.path]).toEqual([
      component,
      deep ? "/healthz/deep" : "/readyz",
    ]);
    expect([component, container.livenessProbe?.httpGet.path]).toEqual([
      component,
      component === "worker" ? "/livez/deep" : "/livez",
    ]);
    const ports = container.ports?.map(({ name }) => name) ?? [];
    for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
      expect([component, ports]).toEqual([component, expect.arrayContaining([probe?.httpGet.port])]);
      // A deep check ends within 10 s, a readiness check within 2 s.
      const bound = probe?.httpGet.path.endsWith("/deep") ? 10 : 2;
      expect(probe?.timeoutSeconds).toBeGreaterThan(bound);
    }
  }
});

test("what there is more than one of is not all taken away at once", () => {
  const budgets = base
    .filter(({ kind }) => kind === "PodDisruptionBudget")
    .map(({ spec }) => spec as { maxUnavailable: number; selector: { matchLabels: Record<string, string> } });
  for (const { component, labels, replicas } of deployments) {
    const its = budgets.filter(({ selector }) =>
      Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value),
    );
    expect([component, its.map(({ maxUnavailable }) => maxUnavailable)]).toEqual([
      component,
      (replicas ?? 0) > 1 ? [1] : [],
    ]);
  }
});

test("workers are scaled by metrics that workers export", () => {
  const documented = textOf("docs/metrics.md");
  const [scaled] = all.filter(({ kind }) => kind === "ScaledObject").map(({ spec }) => spec as ScaledSpec);
  const { scaleTargetRef, minReplicaCount, triggers } = scaled ?? fail("no ScaledObject");
  expect(scaleTargetRef.name).toBe("fleetkeeper-worker");
  // The metrics are the workers' own: none would be started by them.
  expect(minReplicaCount).toBeGreaterThan(0);
  const metrics = triggers.flatMap(({ metadata }) => selectorsOf(metadata.query)).map(({ metric }) => metric);
  expect(metrics).toEqual(["fleetkeeper_schedule_lag_seconds", "fleetkeeper_queue_age_seconds"]);
  for (const metric of metrics)
    expect(documented).toMatch(new RegExp(`\\| \`${metric}\` +\\| gauge +\\|[^|]*\\| worker `));
});

test("the network policies let through what ARCHITECTURE.md says, and nothing else", () => {
  const { mayLeave, mayEnter } = createReaches(base);
  const pods = Object.fromEntries(
    workloads.map(({ component, labels }) => [component, { labels, namespace: home }]),
  );
  const server = (name: string) => ({ namespace: "servers", labels: { "fleetkeeper/server": name } });
  const targets: Record<string, [object, number | string]> = {
    redis: [server("redis"), 6379],
    mongodb: [server("mongodb"), 27017],
    trackunit: [{ address: "203.0.113.7" }, 443],
    names: [{ namespace: "kube-system", labels: { "k8s-app": "kube-dns" } }, 53],
    "Trackunit without TLS": [{ address: "203.0.113.7" }, 80],
    "MongoDB's port on Redis": [server("redis"), 27017],
    "the node's metadata": [{ address: "169.254.169.254" }, 443],
    "an inner address": [{ address: "10.2.3.4" }, 443],
    "another pod": [{ namespace: "default", labels: {} }, 443],
    "one of ours": [pods.api as object, "api"],
  };
  const reached = Object.fromEntries(
    workloads.map(({ component }) => [
      component,
      Object.entries(targets).flatMap(([name, [to, port]]) =>
        mayLeave(pods[component] ?? {}, to, port) ? name : [],
      ),
    ]),
  );
  expect(reached).toEqual({
    ingress: ["redis", "trackunit", "names"],
    worker: ["redis", "mongodb", "trackunit", "names"],
    board: ["redis", "mongodb", "names"],
    api: ["redis", "mongodb", "trackunit", "names"],
    cli: ["redis", "mongodb", "trackunit", "names"],
  });

  const sources = {
    controller: { namespace: "ingress-nginx", labels: {} },
    prometheus: { namespace: "monitoring", labels: {} },
    "back end": { namespace: "shop", labels: { "fleetkeeper/uses": "api" } },
    stranger: { namespace: "shop", labels: {} },
    "ingress pod": pods.ingress ?? {},
  };
  const entered = Object.fromEntries(
    workloads.map(({ component, container }) => [
      component,
      (container.ports ?? []).map(
        ({ name }) =>
          `${name}: ${Object.entries(sources)
            .filter(([, from]) => mayEnter(from, pods[component] ?? {}, name))
            .map(([source]) => source)
            .join(", ")}`,
      ),
    ]),
  );
  expect(entered).toEqual({
    ingress: ["callbacks: controller", "ops: prometheus"],
    worker: ["ops: prometheus"],
    board: ["board: controller, prometheus"],
    api: ["api: back end", "ops: prometheus"],
    cli: [],
  });
});

test("each port has the number that the service listens on by default", () => {
  for (const { component, container } of deployments)
    for (const { name, containerPort } of container.ports ?? []) {
      const variable = name === "callbacks" ? "INGRESS_PORT" : `${name.toUpperCase()}_PORT`;
      const [, known] = [...services[component as "ingress"]].find(([one]) => one === variable) ?? [];
      expect([component, name, String(containerPort)]).toEqual([component, name, known?.byDefault]);
    }
});

test("the heap is bounded by what the image's container may have", async () => {
  const [, options = ""] = /^ENV NODE_OPTIONS=(.+)$/m.exec(textOf("Dockerfile")) ?? [];
  const script = "console.log(require('v8').getHeapStatistics().heap_size_limit / require('os').totalmem())";
  const env = { ...process.env, NODE_OPTIONS: options };
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", script], { env });
  // Of the machine here, if no limit is set; the young generation comes on top.
  expect(Number(stdout)).toBeLessThan(0.75);
  expect(options).toMatch(/^--max-old-space-size-percentage=\d\d$/);
});

test("each command is there", () => {
  for (const { container } of deployments)
    expect(readFileSync(join(root, container.command[1] ?? ""), "utf8")).not.toBe("");
  expect(workload("cli").container.command).toEqual(["fleetkeeper"]);
});

function fail(message: string): never {
  throw new Error(message);
}

function inOrderOf(names: readonly string[]) {
  const place = ({ name }: { name: string }) => names.indexOf(name.replace("fleetkeeper-", ""));
  return (a: { name: string }, b: { name: string }) => place(a) - place(b);
}
