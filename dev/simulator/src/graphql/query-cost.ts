// What a query costs, by the simulator's own rule: a field is one point, and a connection's inner fields
// count once for each record that its `first` or `last` asks for.
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from "graphql";
import { defaultPageSize } from "./connection.ts";

const connections = new Set(["assets", "sites", "customers"]);

/** The points of an operation; a fragment that holds itself is refused by validation before. */
export function queryCost(
  document: DocumentNode,
  operation: SelectionSetNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === "FragmentDefinition") fragments.set(definition.name.value, definition);
  }
  const costOf = (selections: SelectionSetNode | undefined): number => {
    let sum = 0;
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === "InlineFragment") sum += costOf(selection.selectionSet);
      else if (selection.kind === "FragmentSpread")
        sum += costOf(fragments.get(selection.name.value)?.selectionSet);
      else sum += 1 + recordsOf(selection, variables) * costOf(selection.selectionSet);
    }
    return sum;
  };
  return costOf(operation);
}

function recordsOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  if (!connections.has(field.name.value)) return 1;
  for (const name of ["first", "last"]) {
    const value = field.arguments?.find((argument) => argument.name.value === name)?.value;
    if (value?.kind === "IntValue") return Number(value.value);
    const given = value?.kind === "Variable" ? variables[value.name.value] : undefined;
    if (typeof given === "number") return given;
  }
  return defaultPageSize;
}
