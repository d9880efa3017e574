// Which connection the network policies let through:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/.

import { BlockList } from "node:net";
import type { Manifest } from "./manifests.ts";

/**
 * One end of a connection: a pod by its labels and its namespace's name, or an address outside the cluster.
 */
export interface Peer {
  labels?: Record<string, string>;
  namespace?: string;
  address?: string;
}

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

interface PolicyPeer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface Rule {
  to?: PolicyPeer[];
  from?: PolicyPeer[];
  ports?: { port: number | string; protocol?: string }[];
}

interface PolicySpec {
  podSelector: Selector;
  policyTypes: ("Ingress" | "Egress")[];
  ingress?: Rule[];
  egress?: Rule[];
}

/** The namespace of the policies. */
export const home = "fleetkeeper";

export function createReaches(manifests: readonly Manifest[]) {
  const policies = manifests
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map(({ spec }) => spec as PolicySpec);

  /** Whether a pod of `home` may begin a connection to that peer's port; a port of ours by its name. */
  function mayLeave(from: Peer, to: Peer, port: number | string): boolean {
    const mine = policies.filter(
      ({ podSelector, policyTypes }) => policyTypes.includes("Egress") && matches(podSelector, from.labels),
    );
    return (
      mine.length === 0 ||
      mine.some(({ egress = [] }) => egress.some((rule) => allows(rule, rule.to, to, port)))
    );
  }

  /** Whether a pod of `home` may be reached from that peer. */
  function mayEnter(from: Peer, to: Peer, port: number | string): boolean {
    const its = policies.filter(
      ({ podSelector, policyTypes }) => policyTypes.includes("Ingress") && matches(podSelector, to.labels),
    );
    return (
      its.length === 0 ||
      its.some(({ ingress = [] }) => ingress.some((rule) => allows(rule, rule.from, from, port)))
    );
  }

  return { mayLeave, mayEnter };
}

function allows(
  { ports }: Rule,
  peers: PolicyPeer[] | undefined,
  peer: Peer,
  port: number | string,
): boolean {
  const portFits = ports === undefined || ports.some((one) => one.port === port);
  return portFits && (peers === undefined || peers.some((one) => isPeer(one, peer)));
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
  { labels, namespace, address }: Peer,
): boolean {
  if (ipBlock !== undefined)
    return (
      address !== undefined &&
      isIn(ipBlock.cidr, address) &&
      !ipBlock.except?.some((one) => isIn(one, address))
    );
  if (address !== undefined) return false;
  const inNamespace =
    namespaceSelector === undefined
      ? namespace === home
      : matches(namespaceSelector, { "kubernetes.io/metadata.name": namespace ?? "" });
  return inNamespace && (podSelector === undefined || matches(podSelector, labels));
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Record<string, string> = {}) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== "In") throw new Error(`${operator} is not looked at here`);
      return values.includes(labels[key] ?? "");
    })
  );
}

function isIn(cidr: string, address: string): boolean {
  const [network = "", bits] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(bits), "ipv4");
  return list.check(address);
}
