// `POST /api/graphql/`: parse, check, price, run. Errors have HTTP status 200 and are in `errors`.
import type { FastifyRequest } from "fastify";
import { execute, type GraphQLError } from "graphql";
import { graphqlRateLimited } from "../faults/replacement.ts";
import { type Answer, badField, html, json, webAppPage } from "../http/answers.ts";
import { type ApiCall, type ApiRoute, type Route, withToken } from "../http/route.ts";
import type { World } from "../world.ts";
import { queryCost } from "./query-cost.ts";
import { operationOf } from "./query-document.ts";
import { rootFor } from "./resolvers.ts";
import { schema } from "./schema.ts";

interface QueryBody {
  query?: unknown;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

export function graphqlRoute(world: World): ApiRoute {
  return {
    method: "POST",
    url: "/api/graphql/",
    operations: (request) => operationsIn(world, bodyOf(request)),
    handle: (call) => answer(world, call),
  };
}

/** Without the last slash the address belongs to the web application. */
export function webAppRoute(world: World): Route {
  const route = withToken(world, {
    method: "POST",
    url: "/api/graphql",
    operations: "web-app",
    handle: () => html(200, webAppPage),
  });
  return { ...route, handle: () => html(200, webAppPage) };
}

function answer(world: World, call: ApiCall): Answer {
  const { query, variables, operationName } = bodyOf(call.request);
  if (typeof query !== "string") return badField("query", "must be text");
  const checked = world.queries.get(query);
  const operation = operationOf(checked, operationName ?? undefined);
  if (checked.errors.length > 0) return json(200, { errors: checked.errors.map((error) => error.toJSON()) });
  if (operation?.operation !== "query") return json(200, { errors: [{ message: "No such query." }] });
  const cost = queryCost(checked.document, operation.selectionSet, variables ?? {});
  const { graphqlMaxCost, graphqlBudget } = world.settings;
  if (cost > graphqlMaxCost) return tooComplex(cost, graphqlMaxCost);
  const spending = world.budgets.spend(call.account.accountId, cost, graphqlBudget, world.now());
  if (spending.remaining < 0) return graphqlRateLimited(cost, spending.resetInMs);
  const result = execute({
    schema,
    document: checked.document,
    rootValue: rootFor(call, spending),
    variableValues: variables ?? {},
    operationName: operationName ?? null,
  });
  if (result instanceof Promise) throw new TypeError("no resolver is asynchronous");
  const { data, errors } = result as { data?: unknown; errors?: readonly GraphQLError[] };
  return json(200, errors ? { data, errors: errors.map((error) => error.toJSON()) } : { data });
}

function tooComplex(cost: number, limit: number): Answer {
  const message = `The query costs ${cost} points; ${limit} are allowed.`;
  return json(200, {
    data: null,
    errors: [{ message, extensions: { code: "QUERY_COMPLEXITY_REACHED", cost, limit } }],
  });
}

/** `graphql.assets` for a query of `assets`; `graphql.invalid` for one that can't run. */
function operationsIn(world: World, { query, operationName }: QueryBody): string[] {
  if (typeof query !== "string") return ["graphql.invalid"];
  const operation = operationOf(world.queries.get(query), operationName ?? undefined);
  const fields = operation?.selectionSet.selections.flatMap((selection) =>
    selection.kind === "Field" ? [`graphql.${selection.name.value}`] : [],
  );
  return fields && fields.length > 0 ? fields : ["graphql.invalid"];
}

function bodyOf({ body }: FastifyRequest): QueryBody {
  return typeof body === "object" && body !== null ? body : {};
}
