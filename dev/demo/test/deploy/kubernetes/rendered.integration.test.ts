// The example of deploy/kubernetes as a cluster would get it, with secrets as the key tool makes them.

import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../../../../../services/cli/test/run-cli.ts";
import { render } from "./kustomize.ts";
import { folder, manifestsIn, workloadsOf } from "./manifests.ts";
import { schemaFaults } from "./schema-faults.ts";

test("the example renders to valid manifests with each service's settings and secrets", {
  timeout: 600_000,
  retry: 0,
}, async () => {
  const copy = mkdtempSync(join(tmpdir(), "fleetkeeper-kubernetes-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(folder, copy, { recursive: true });
  const secrets = join(copy, "example/secrets");
  expect(await runCli(["keys", "generate", "--compose", "--out", secrets])).toMatchObject({ code: 0 });

  const manifests = manifestsIn(await render(join(copy, "example")));
  // Kustomize breaks long lines of base64, which Kubernetes takes and the schema's format does not.
  for (const { kind, data = {} } of manifests)
    if (kind === "Secret") for (const name in data) data[name] = data[name]?.replaceAll("\n", "") ?? "";
  expect(manifests.flatMap(schemaFaults)).toEqual([]);
  expect(
    manifests.filter(({ kind, metadata }) => kind !== "Namespace" && metadata.namespace !== "fleetkeeper"),
  ).toEqual([]);

  const dataOf = (name: string, kind: string) => {
    const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
    if (found?.data === undefined) throw new Error(`no ${kind} ${name}`);
    return found.data;
  };
  const workloads = workloadsOf(manifests);
  expect(workloads).toHaveLength(5);
  for (const { component, container, pod } of workloads) {
    expect(container.image).toBe("registry.example.com/fleetkeeper:0.1.0");
    const secret = dataOf(pod.volumes.flatMap((one) => one.secret?.secretName ?? [])[0] ?? "", "Secret");
    for (const { name, value, valueFrom } of container.env) {
      if (name.endsWith("_FILE")) {
        const file = value?.replace("/run/fleetkeeper/", "") ?? "";
        const content = Buffer.from(secret[file] ?? "none", "base64");
        expect([component, file, content.equals(readFileSync(join(secrets, file)))]).toEqual([
          component,
          file,
          true,
        ]);
      }
      const { configMapKeyRef } = valueFrom ?? {};
      if (configMapKeyRef === undefined || configMapKeyRef.optional) continue;
      expect(dataOf(configMapKeyRef.name, "ConfigMap")[configMapKeyRef.key]).toMatch(/./);
    }
  }
  const ofIngress = Object.keys(dataOf(secretOf("ingress"), "Secret"));
  expect(ofIngress.filter((name) => /private|token_key|mongodb|board/.test(name))).toEqual([]);
  // KEDA says how many there are.
  expect(workloads.find(({ component }) => component === "worker")?.replicas).toBeUndefined();

  function secretOf(component: string): string {
    const { pod } = workloads.find((one) => one.component === component) ?? {};
    return pod?.volumes.flatMap(({ secret }) => secret?.secretName ?? [])[0] ?? "";
  }
});
