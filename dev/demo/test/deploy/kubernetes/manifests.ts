// The manifests of deploy/kubernetes as they are written, or as kustomize renders them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

export const folder = join(import.meta.dirname, "../../../../../deploy/kubernetes");

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: unknown;
  data?: Record<string, string>;
}

export interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold?: number;
}

export interface Container {
  name: string;
  image: string;
  command: string[];
  ports?: { name: string; containerPort: number }[];
  env: {
    name: string;
    value?: string;
    valueFrom?: { configMapKeyRef: { name: string; key: string; optional?: boolean } };
  }[];
  securityContext: object;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
}

export interface PodSpec {
  terminationGracePeriodSeconds: number;
  automountServiceAccountToken: boolean;
  securityContext: object;
  containers: Container[];
  volumes: { name: string; secret?: { secretName: string }; emptyDir?: { sizeLimit?: string } }[];
}

/** A pod of ours, with what stands around it. */
export interface Workload {
  kind: string;
  component: string;
  replicas?: number;
  labels: Record<string, string>;
  pod: PodSpec;
  container: Container;
}

/** @throws where a document is not YAML, or one key is there twice. */
export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return document.toJS();
  });
}

/** Of one folder of deploy/kubernetes, without what only kustomize reads. */
export function writtenManifests(name: string): Manifest[] {
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith(".yaml"));
  return files
    .filter((file) => file !== "kustomization.yaml")
    .flatMap((file) => manifestsIn(readFileSync(join(folder, name, file), "utf8")));
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: PodSpec;
}

/** Deployments and jobs. */
export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap(({ kind, spec }) => {
    if (kind !== "Deployment" && kind !== "CronJob") return [];
    const { replicas, template, jobTemplate } = spec as {
      replicas?: number;
      template?: PodTemplate;
      jobTemplate?: { spec: { template: PodTemplate } };
    };
    const pod = template ?? jobTemplate?.spec.template;
    const [container] = pod?.spec.containers ?? [];
    if (pod === undefined || container === undefined) throw new Error(`a ${kind} without a container`);
    const { labels } = pod.metadata;
    const component = labels["app.kubernetes.io/component"] ?? "";
    return [
      { kind, component, labels, pod: pod.spec, container, ...(replicas !== undefined && { replicas }) },
    ];
  });
}
