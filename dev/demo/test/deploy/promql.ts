// What a PromQL expression asks for: its selectors, with every label it says something about.

import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  metric: string;
  /** Those it is matched by, and those by which an aggregation around it groups. */
  labels: string[];
  /** The values that its matchers name. */
  values: string[];
}

/** @throws Error when the expression has a fault. Grafana's variables stand for durations. */
export function selectorsOf(expression: string): Selector[] {
  const text = expression.replaceAll("$__rate_interval", "5m");
  const selectors: Selector[] = [];
  const open: Selector[] = [];
  const groupings: string[][] = [];
  parser.parse(text).iterate({
    enter({ name, type, node, from, to }) {
      const slice = text.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (name === "AggregateExpr") groupings.push(labelsIn(text, node.getChild("AggregateModifier")));
      if (name === "VectorSelector") open.push({ metric: "", labels: groupings.flat(), values: [] });
      const selector = open.at(-1);
      if (selector === undefined) return;
      if (name === "Identifier") selector.metric = slice;
      if (name === "LabelName") selector.labels.push(slice);
      if (name === "StringLiteral") selector.values.push(slice.slice(1, -1));
    },
    leave({ name }) {
      if (name === "AggregateExpr") groupings.pop();
      const selector = name === "VectorSelector" ? open.pop() : undefined;
      if (selector !== undefined) selectors.push(selector);
    },
  });
  return selectors;
}

type Node = {
  getChild(name: string): Node | null;
  getChildren(name: string): { from: number; to: number }[];
};

function labelsIn(text: string, modifier: Node | null): string[] {
  const names = modifier?.getChild("GroupingLabels")?.getChildren("LabelName") ?? [];
  return names.map(({ from, to }) => text.slice(from, to));
}
