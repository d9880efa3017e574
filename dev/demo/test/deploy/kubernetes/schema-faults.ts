// Manifests against the schemas of their kinds, also for words that no schema knows: the API server drops
// those without a word.

import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { Deployment } from "kubernetes-models/apps/v1";
import { CronJob } from "kubernetes-models/batch/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Namespace, Secret, Service } from "kubernetes-models/v1";
import type { Manifest } from "./manifests.ts";

const models = [
  ConfigMap,
  CronJob,
  Deployment,
  Ingress,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  ScaledObject,
  Secret,
  Service,
];

/** What the schema of its kind says against a manifest; nothing where it is sound. */
export function schemaFaults(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const where = `${kind} ${metadata.name}`;
  const model = models.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (model === undefined) return [`${where}: no schema for ${apiVersion}`];
  const { watched, unread } = watch(manifest);
  try {
    Reflect.apply(model.prototype.validate, watched, []);
  } catch (error) {
    return [`${where}: ${(error as Error).message}`];
  }
  return unread().map((path) => `${where}: nothing knows ${path}`);
}

/**
 * A validator looks at every property that its schema has: what it never looked at, the schema does not have.
 */
function watch(manifest: Manifest): { watched: object; unread: () => string[] } {
  const unread = new Set<string>();
  const wrap = (value: unknown, path: string): unknown => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((item, index) => wrap(item, `${path}[${index}]`));
    const copy = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        unread.add(`${path}.${key}`);
        return [key, wrap(inner, `${path}.${key}`)];
      }),
    );
    return new Proxy(copy, {
      get(target, key) {
        unread.delete(`${path}.${String(key)}`);
        return Reflect.get(target, key);
      },
    });
  };
  const watched = wrap(manifest, "") as object;
  return { watched, unread: () => [...unread].filter((path) => !hasUnread(unread, path)) };
}

/** Only the outermost of what is unknown. */
function hasUnread(unread: ReadonlySet<string>, path: string): boolean {
  return [...unread].some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`));
}
