// Parses and checks queries, each text once: a sync asks the same one for every page.
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { schema } from "./schema.ts";

export interface QueryDocument {
  document: DocumentNode;
  errors: readonly GraphQLError[];
}

const maxKept = 200;

export class QueryDocuments {
  readonly #byText = new Map<string, QueryDocument>();

  /** The parsed query with what is wrong with it. */
  get(text: string): QueryDocument {
    const known = this.#byText.get(text);
    if (known) return known;
    if (this.#byText.size >= maxKept) this.#byText.clear();
    const checked = check(text);
    this.#byText.set(text, checked);
    return checked;
  }
}

/** The operation that will run, if the document has one of this name. */
export function operationOf(
  { document }: QueryDocument,
  name: string | undefined,
): OperationDefinitionNode | undefined {
  return getOperationAST(document, name) ?? undefined;
}

function check(text: string): QueryDocument {
  try {
    const document = parse(text, { maxTokens: 10_000 });
    return {
      document,
      errors: validate(schema, document).map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED")),
    };
  } catch (error) {
    const empty: DocumentNode = { kind: "Document", definitions: [] } as unknown as DocumentNode;
    return { document: empty, errors: [coded(error as GraphQLError, "GRAPHQL_PARSE_FAILED")] };
  }
}

function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
}
